/** A program with a limit of time and memory, so that one that breaks a promise does not take the machine along. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface BoundedProcess {
  readonly arguments: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly milliseconds: number;
  /** Resident memory of the process and those that it started; looked at on Linux alone. */
  readonly megabytes: number;
}

export interface Finished {
  readonly code: number | null;
  /** Of stdout and stderr together. */
  readonly output: string;
  /** What it took too much of. */
  readonly exceeded?: 'time' | 'memory';
}

const lookMilliseconds = 50;
const mostOutput = 1_000_000;

/** Runs Node with these arguments. */
export async function runBounded(options: BoundedProcess): Promise<Finished> {
  const isUnix = process.platform !== 'win32';
  // A group of its own: what it has started ends with it.
  const child = spawn(process.execPath, options.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isUnix,
    env: options.env,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('Node could not be started.');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, mostOutput);
    });
  }
  let exceeded: Finished['exceeded'];
  const start = Date.now();
  const look = setInterval(() => {
    if (Date.now() - start > options.milliseconds) exceeded = 'time';
    else if (megabytesOfGroup(pid) > options.megabytes) exceeded = 'memory';
    else return;
    clearInterval(look);
    endGroup(isUnix ? -pid : pid);
  }, lookMilliseconds);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(look);
  return { code, output, ...(exceeded ? { exceeded } : {}) };
}

function endGroup(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function megabytesOfGroup(group: number): number {
  if (process.platform !== 'linux') return 0;
  const pages = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .reduce((sum, pid) => sum + pagesOf(pid, group), 0);
  return (pages * 4096) / 2 ** 20;
}

/** Resident pages of a process, if it is of this group. */
function pagesOf(pid: string, group: number): number {
  try {
    // `pid (name) state parent group … `: the name may have spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /su, '')
      .split(' ');
    return Number(fields[2]) === group ? Number(fields[21]) : 0;
  } catch {
    // It has ended since it was listed.
    return 0;
  }
}
