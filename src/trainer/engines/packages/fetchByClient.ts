import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UlmfitError } from '../../../errors';
import type { EnginePackage } from './enginePackage';
import { noClient } from './enginePackage';
import { type Client, npmCandidates, pipCandidates } from './findClient';
import { runClient } from './runClient';

const lookMilliseconds = 500;

export interface FetchTask {
  readonly signal: AbortSignal;
  /** @param bytes that are there by now */
  readonly onProgress: (bytes: number) => void;
  /** What to do without: how to get the files by hand. */
  readonly byHand: string;
}

/**
 * Lets pip or npm download a package into an empty folder, from wherever they are set up to download. Neither runs
 * anything of it: no build, no scripts.
 * @returns the file's path; what it is has yet to be checked
 * @throws {UlmfitError} `download-failed`; the signal's reason
 */
export async function fetchByClient(
  wanted: EnginePackage,
  folder: string,
  { signal, onProgress, byHand }: FetchTask,
): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  for (const name of ['', 'temporary', 'out'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  // npm takes the settings of the project that it is called in: here of none.
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const run = (client: Client, args: readonly string[]) =>
    runClient(client, args, { folder, env: environment(join(folder, 'temporary')), signal });
  const client = await firstThatRuns(wanted, run);
  if (!client) throw noClient(wanted, byHand);
  const look = setInterval(() => {
    sizeOf(folder).then(onProgress, () => undefined);
  }, lookMilliseconds);
  try {
    const words = await run(client, downloadArguments(wanted, folder));
    if (words !== undefined) throw failed(wanted, words, byHand);
  } finally {
    clearInterval(look);
  }
  const files = await readdir(join(folder, 'out'));
  if (!files.includes(wanted.file)) {
    throw failed(wanted, `${wanted.file} is not what came: ${files.join(', ') || 'nothing'}`, byHand);
  }
  return join(folder, 'out', wanted.file);
}

async function firstThatRuns(
  { client }: EnginePackage,
  run: (client: Client, args: readonly string[]) => Promise<string | undefined>,
): Promise<Client | undefined> {
  const find = client === 'pip' ? pipCandidates : npmCandidates;
  for (const candidate of await find({ env: process.env, platform: process.platform })) {
    if ((await run(candidate, ['--version'])) === undefined) return candidate;
  }
  return undefined;
}

/** Without questions, and with temporary files where their growth can be seen and where there is room for them. */
function environment(temporary: string): Record<string, string> {
  return {
    ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    ...{ PIP_NO_INPUT: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
  };
}

function downloadArguments({ client, name, version, file }: EnginePackage, folder: string): string[] {
  const out = join(folder, 'out');
  if (client === 'npm') {
    return [
      ...['pack', `${name}@${version}`, '--ignore-scripts', '--loglevel=error'],
      ...['--pack-destination', out, '--cache', join(folder, 'temporary')],
    ];
  }
  // The end of a wheel's name: which Python, which interface, which platforms.
  const platforms =
    file
      .replace(/\.whl$/u, '')
      .split('-')
      .at(-1)
      ?.split('.') ?? [];
  return [
    ...['download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar', 'off'],
    ...['--implementation', 'cp', '--python-version', '3.12', '--abi', 'cp312'],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...['--dest', out, `${name}==${version}`],
  ];
}

/** Of everything below a folder; what vanishes meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    entries.map((entry) =>
      stat(join(folder, entry)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function failed({ client, name, version }: EnginePackage, words: string, byHand: string): UlmfitError {
  return new UlmfitError(
    'download-failed',
    `${client} could not download ${name} ${version}: ${words}.`,
    `Check how ${client} is set up on this machine: its index, proxy and certificates. ${byHand}`,
  );
}
