import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/** A program with the arguments that it always gets. */
export interface Client {
  readonly program: string;
  readonly arguments: readonly string[];
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * What may run pip on this machine, best first; whether it does is to be tried, since a Python may have none and the name
 * may be that of a stub.
 */
export async function pipCandidates({ env, platform }: Surroundings): Promise<Client[]> {
  const modules = platform === 'win32' ? ['py.exe', 'python.exe', 'python3.exe'] : ['python3', 'python'];
  const programs = platform === 'win32' ? ['pip.exe', 'pip3.exe'] : ['pip3', 'pip'];
  const found: Client[] = [];
  for (const name of [...modules, ...programs]) {
    const program = await findProgram(name, { env, platform });
    if (program === undefined) continue;
    found.push({ program, arguments: modules.includes(name) ? ['-m', 'pip'] : [] });
  }
  return found;
}

/**
 * npm. On Windows it is a command file, which only a shell runs, and a shell reads its arguments as it likes; so the
 * program that lies beside it is run by Node itself.
 */
export async function npmCandidates({ env, platform }: Surroundings): Promise<Client[]> {
  const program = await findProgram(platform === 'win32' ? 'npm.exe' : 'npm', { env, platform });
  if (program !== undefined) return [{ program, arguments: [] }];
  const command = platform === 'win32' ? await findProgram('npm.cmd', { env, platform }) : undefined;
  if (command === undefined) return [];
  const script = join(dirname(command), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const node = join(dirname(command), 'node.exe');
  if (!(await isProgram(script, platform))) return [];
  return [{ program: (await isProgram(node, platform)) ? node : process.execPath, arguments: [script] }];
}

/** Like the system, but only in folders that are named in full: a relative one would lead to the folder one works in. */
async function findProgram(name: string, { env, platform }: Surroundings): Promise<string | undefined> {
  // Windows writes it as it likes.
  const path = Object.entries(env).find(([key]) => (platform === 'win32' ? /^path$/iu : /^PATH$/u).test(key));
  for (const folder of (path?.[1] ?? '').split(delimiter)) {
    if (isAbsolute(folder) && (await isProgram(join(folder, name), platform))) return join(folder, name);
  }
  return undefined;
}

async function isProgram(path: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    await access(path, platform === 'win32' ? constants.F_OK : constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not to be run: the next folder may have it.
    return false;
  }
}
