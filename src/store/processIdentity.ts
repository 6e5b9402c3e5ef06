import { readFile, readlink } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import * as v from 'valibot';
import { errorCode } from './fileSystem';

const shortText = v.pipe(v.string(), v.maxLength(1000));

/**
 * What tells a process from every other. Linux alone says everything; an id by itself is given to another process
 * sooner or later, and is another process in another container.
 */
export const processIdentity = v.object({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Of the machine, or of the container. */
  host: v.optional(shortText),
  /** The machine since it was last started: containers on one machine have it in common. */
  boot: v.optional(shortText),
  /** Of process ids: other containers count their own. */
  namespace: v.optional(shortText),
  /** When the process started, in ticks since the machine did: no clock that is set changes that. */
  start: v.optional(v.pipe(v.number(), v.safeInteger())),
});
export type ProcessIdentity = v.InferOutput<typeof processIdentity>;

/**
 * - `lives`, `gone`: certainly
 * - `rebooted`: it belongs to an earlier start of a machine of this name, or to another machine of that name
 * - `unknown`: it cannot be seen from here, or its id may be another process's by now
 */
export type Verdict = 'lives' | 'gone' | 'rebooted' | 'unknown';

let own: Promise<ProcessIdentity> | undefined;

/** The identity of the process that this is. */
export function thisProcess(): Promise<ProcessIdentity> {
  own ??= identify();
  return own;
}

async function identify(): Promise<ProcessIdentity> {
  const boot = await fromProc(() => readFile('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = await fromProc(() => readlink('/proc/self/ns/pid'));
  const start = (await seenInProc(process.pid))?.start;
  return {
    pid: process.pid,
    host: hostname(),
    ...(boot === undefined ? {} : { boot: boot.trim() }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(start === undefined ? {} : { start }),
  };
}

export function isThisProcess(other: ProcessIdentity, me: ProcessIdentity): boolean {
  return (['pid', 'host', 'boot', 'namespace', 'start'] as const).every((part) => other[part] === me[part]);
}

/**
 * Whether a process still lives.
 *
 * @param lastSign when it last gave a sign of life, in milliseconds since 1970
 */
export async function verdictOn(other: ProcessIdentity, lastSign: number): Promise<Verdict> {
  const { host, boot, namespace } = await thisProcess();
  if (other.boot !== undefined && boot !== undefined) {
    if (other.boot !== boot) return other.host === host ? 'rebooted' : 'unknown';
    if (other.namespace !== namespace) return 'unknown';
  } else if (other.host !== undefined && other.host !== host) return 'unknown';
  const seen = await seenInProc(other.pid);
  if (seen) {
    // A zombie keeps its id until its parent looks, and nothing else.
    if (seen.isZombie) return 'gone';
    if (other.start !== undefined) return other.start === seen.start ? 'lives' : 'gone';
  } else if (!processExists(other.pid)) return 'gone';
  return lastSign < Date.now() - uptime() * 1000 ? 'rebooted' : 'unknown';
}

/** Linux tells of every process; nothing where it does not, or where there is none of that id. */
async function seenInProc(pid: number): Promise<{ isZombie: boolean; start: number } | undefined> {
  const line = await fromProc(() => readFile(`/proc/${pid}/stat`, 'utf8'));
  // The name of the program, in parentheses, may have spaces and parentheses itself.
  const [state, ...others] = line?.slice(line.lastIndexOf(')') + 2).split(' ') ?? [];
  const start = Number(others[18]);
  if (state === undefined || !Number.isSafeInteger(start)) return undefined;
  return { isZombie: state === 'Z' || state === 'X', start };
}

async function fromProc(read: () => Promise<string>): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  return read().catch(() => undefined);
}

/** Whether a process of this id runs on this machine, whoever owns it. */
export function processExists(id: number): boolean {
  if (!Number.isInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
