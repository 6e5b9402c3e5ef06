import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Client } from './findClient';

/**
 * Runs the client and ends it with all that it started when its own stdin ends: because that is wished, or because the
 * trainer is gone, however it went. It is told as text, to need no file of its own.
 */
const guard = `
const { spawn, spawnSync } = require('node:child_process');
const { join } = require('node:path');
const [program, ...args] = process.argv.slice(1);
const isWindows = process.platform === 'win32';
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !isWindows, windowsHide: true });
let isEnding = false;
const kill = (signal) => {
  if (isWindows) {
    const taskkill = join(process.env.SystemRoot ?? 'C:\\\\Windows', 'System32', 'taskkill.exe');
    spawnSync(taskkill, ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true });
    return;
  }
  // ESRCH: all of the group are gone.
  try { process.kill(-child.pid, signal); } catch (error) { if (error.code !== 'ESRCH') throw error; }
};
const end = () => {
  if (isEnding || child.pid === undefined) return;
  isEnding = true;
  kill('SIGTERM');
  setTimeout(() => { kill('SIGKILL'); process.exit(1); }, 1000);
};
child.on('error', (error) => { console.error(error.message); process.exit(127); });
child.on('exit', (code) => {
  // What it started may not have heard.
  if (isEnding && !isWindows) kill('SIGKILL');
  process.exit(code ?? 1);
});
process.stdin.on('end', end).on('error', end).resume();
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, end);
// Ctrl-C is heard by the trainer, who decides.
process.on('SIGINT', () => {});
`;

const mostWords = 600;

export interface ClientRun {
  readonly folder: string;
  /** Added to this process's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a client without a shell, in a folder of ours.
 * @returns undefined when it succeeded, else its last words
 * @throws the signal's reason, when the client and all that it started are gone
 */
export async function runClient(
  client: Client,
  args: readonly string[],
  { folder, env, signal }: ClientRun,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const child = spawn(
    process.execPath,
    ['-e', guard, '--', client.program, ...client.arguments, ...args],
    // Its output is for people; what matters are the files.
    { cwd: folder, env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'pipe'], windowsHide: true },
  );
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4 * mostWords);
  });
  // It may be gone before it is told to end.
  child.stdin.on('error', () => undefined);
  const end = () => child.stdin.end();
  signal.addEventListener('abort', end);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    return code === 0 ? undefined : lastWords(words) || `exit code ${code ?? '?'}`;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** The lines that tell of an error, else the last ones, without colours. */
function lastWords(text: string): string {
  // eslint-disable-next-line no-control-regex
  const lines = text.replace(/\u001B\[[\d;]*[A-Za-z]|\p{Cc}(?<!\n)/gu, '').split('\n');
  const told = lines.filter((line) => line.trim() !== '');
  const errors = told.filter((line) => /^(ERROR:|npm (error|ERR!))/u.test(line));
  return (errors.length > 0 ? errors : told.slice(-3)).join(' ').trim().slice(0, mostWords);
}
