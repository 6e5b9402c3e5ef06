/**
 * Runs a program and sees below JavaScript what it does: which calls reach for the network, and which files it writes.
 * strace sees every call, a network namespace counts what was to be sent; each is used where the machine has it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readTrace, tracedCalls } from './systemCalls';

const canTrace = succeeds('strace', ['-f', '-e', 'trace=none', '-o', '/dev/null', 'true']);
/** Faster, where strace is new enough: other calls do not stop. */
const isFilterKnown = canTrace && succeeds('strace', ['--seccomp-bpf', '-f', '-o', '/dev/null', 'true']);
/** For root, or else as root of a namespace of its own. */
const namespace = [['--net'], ['--net', '--map-root-user']].find((flags) =>
  succeeds('unshare', [...flags, 'test', '-r', '/proc/net/snmp6']),
);

function succeeds(program: string, args: readonly string[]): boolean {
  return process.platform === 'linux' && spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Whether calls can be seen; without that a list of the files in a fresh home is all there is. */
export const seesCalls = canTrace;
/** Whether packets can be counted. */
export const countsPackets = namespace !== undefined;
export const seesNetwork = canTrace || countsPackets;

export interface Fresh {
  /** Below it everything is made anew: home, temporary folder, and whatever the program is given. */
  readonly root: string;
  readonly home: string;
  readonly temporary: string;
}

/** A home folder and a temporary folder where nobody has been before. */
export function freshFolders(t: { after: (end: () => void) => void }): Fresh {
  const root = mkdtempSync(join(tmpdir(), 'ulmfit-fresh-'));
  t.after(() => {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const fresh = { root, home: join(root, 'home'), temporary: join(root, 'temporary') };
  mkdirSync(fresh.home);
  mkdirSync(fresh.temporary);
  return fresh;
}

export interface Watched {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls that reach for the network or for the names of hosts; the number of packets where some were to be sent. */
  readonly network: readonly string[];
  /** Calls that make, change or remove a file outside the folders that may be written to. */
  readonly written: readonly string[];
}

export interface WatchedOptions {
  readonly fresh: Fresh;
  /** Folders and files that the program may write. */
  readonly mayWrite?: readonly string[];
  /** Besides what every program needs: nothing else of this process's environment is passed on, such as CI. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
}

/** Runs Node with `args` in a fresh folder. */
export async function watchNode(args: readonly string[], options: WatchedOptions): Promise<Watched> {
  const { fresh, mayWrite = [], stdin = '' } = options;
  const notes = mkdtempSync(join(tmpdir(), 'ulmfit-watch-'));
  try {
    const [program = '', ...rest] = watchedCommand([process.execPath, ...args], notes);
    const child = spawn(program, rest, {
      cwd: fresh.root,
      env: { ...bareEnvironment(fresh), ...options.env },
    });
    child.stdin.on('error', () => undefined).end(stdin);
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const trace = canTrace ? readTrace(notes, fresh.root, mayWrite) : { network: [], written: [] };
    const network = [...trace.network, ...(namespace ? packetsIn(join(notes, 'packets')) : [])];
    return { code: await code, stdout, stderr, network, written: trace.written };
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

/** All files and folders below home and the temporary folder. */
export function filesIn({ root, home, temporary }: Fresh): string[] {
  return [home, temporary].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((file) => join(folder, String(file)).slice(root.length + 1)),
  );
}

function watchedCommand(command: readonly string[], notes: string): readonly string[] {
  const strace = [
    ...['strace', '-ff', '-y', '-qq', '-s', '200', ...(isFilterKnown ? ['--seccomp-bpf'] : [])],
    ...['-e', `trace=${tracedCalls}`, '-e', 'signal=none', '-o', join(notes, 'calls'), '--'],
  ];
  const traced = canTrace ? [...strace, ...command] : command;
  if (!namespace) return traced;
  const count = `"$@"; code=$?; cat /proc/net/snmp /proc/net/snmp6 > "${join(notes, 'packets')}"; exit $code`;
  return ['unshare', ...namespace, 'sh', '-c', count, 'sh', ...traced];
}

function bareEnvironment({ home, temporary }: Fresh): Record<string, string | undefined> {
  const { PATH, SystemRoot, LANG } = process.env;
  const local = join(home, 'local');
  return {
    ...{ PATH, SystemRoot, LANG },
    ...{ HOME: home, USERPROFILE: home, APPDATA: local, LOCALAPPDATA: local },
    ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    // Calls that go through a ring are not seen.
    UV_USE_IO_URING: '0',
  };
}

const counters = {
  ofPairs: new Set(['Ip OutRequests', 'Ip OutNoRoutes', 'Tcp ActiveOpens', 'Udp OutDatagrams']),
  ofLines: /^(?:Ip6OutRequests|Ip6OutNoRoutes|Udp6OutDatagrams)\s+([1-9]\d*)$/gmu,
};

/** What a namespace without any connection counted of what was to be sent: zero, unless somebody tried. */
function packetsIn(file: string): string[] {
  const counted = readFileSync(file, 'utf8');
  const found = [...counted.matchAll(counters.ofLines)].map(([line]) => line);
  const lines = counted.split('\n');
  lines.forEach((line, i) => {
    const [kind = '', ...names] = line.split(' ');
    const values = lines[i + 1]?.split(' ') ?? [];
    // A line of names, and one of values, each begun by the protocol.
    if (!kind.endsWith(':') || values[0] !== kind || !/^[A-Za-z]/u.test(names[0] ?? '')) return;
    names.forEach((name, at) => {
      const key = `${kind.slice(0, -1)} ${name}`;
      if (counters.ofPairs.has(key) && values[at + 1] !== '0') found.push(`${key} ${values[at + 1] ?? ''}`);
    });
  });
  return found;
}
