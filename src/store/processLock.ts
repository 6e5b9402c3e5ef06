import { randomBytes } from 'node:crypto';
import { lstat, open, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { errorCode, nodeFileSystem } from './fileSystem';
import { unreadableFile } from './fileErrors';
import { readJson } from './json';
import { isThisProcess, processIdentity, thisProcess, verdictOn } from './processIdentity';
import { saveFailure } from './saveFailure';

/*
 * A folder that one process works in has a file `process.json` that says which. It is created only where there is
 * none, so of two processes one gets it. What a dead process left is replaced by whoever holds `process.json.next`, a
 * lock of the same kind: of two that find the same dead owner, one gets that. A rename puts it in the old one's place,
 * and ends the holding of `next` in the same moment.
 */
const lockFile = 'process.json';
const beatMilliseconds = 1000;

/** No sign of life for so long, and the process is shown as not responding. */
export const silenceMilliseconds = 15_000;
/** After so long a process that cannot be seen from here is taken to be gone. */
export const oblivionMilliseconds = 10 * 60_000;
/** Clocks of two machines differ, so one whose last sign seems old gets so long to give another. */
const watchMilliseconds = 2500;
const mostAttempts = 20;

/** The locks that this thread has, by their ids. */
const held = new Set<string>();

const lockSchema = v.object({
  ...processIdentity.entries,
  /** Of this lock: the process may take another one later. */
  id: v.optional(v.pipe(v.string(), v.maxLength(100))),
  /** Of that process. */
  thread: v.optional(v.number()),
});
type LockContent = v.InferOutput<typeof lockSchema>;

/** `silent`: it gives no sign of life, but nobody knows that it is dead. */
export type Life = 'alive' | 'silent' | 'dead';

/** Who has a lock that somebody else wants. */
export interface Holder {
  /** Unknown where the file has just been made, or is damaged. */
  readonly pid: number | undefined;
  readonly host: string | undefined;
  readonly life: 'alive' | 'silent';
  /** It cannot be seen from here, so after some time without a sign of life it is taken to be gone. */
  readonly isUnseen: boolean;
}

interface Found {
  readonly content: LockContent | undefined;
  readonly life: Life;
  readonly isCertain: boolean;
  readonly lastSign: number;
}

/** Says of a folder that this process works in it, and no other may. */
export class ProcessLock {
  #timer: NodeJS.Timeout | undefined;
  #isBeating = false;

  private constructor(
    private readonly path: string,
    private readonly id: string,
  ) {}

  /**
   * Takes the lock of a folder, also from a process that is gone.
   *
   * @param refusal makes the error for a lock that another process has
   * @throws UlmfitError that error, or `save-failed`
   */
  static async take(folder: string, refusal: (holder: Holder) => UlmfitError): Promise<ProcessLock> {
    const id = randomBytes(8).toString('hex');
    const path = join(folder, lockFile);
    try {
      await claim(path, { ...(await thisProcess()), id, thread: threadId }, refusal);
    } catch (error) {
      throw saveFailure(`${path} could not be written`, error);
    }
    held.add(id);
    return new ProcessLock(path, id);
  }

  /** The lock that another thread of this process has taken; undefined if none has. */
  static async ofThisProcess(folder: string): Promise<ProcessLock | undefined> {
    const path = join(folder, lockFile);
    const content = await readLock(path);
    if (content?.id === undefined || !isThisProcess(content, await thisProcess())) return undefined;
    return new ProcessLock(path, content.id);
  }

  /**
   * Gives a sign of life every second.
   *
   * @param onLost called once if another process has taken the lock, having believed this one to be gone
   */
  giveSigns(onLost: () => void = () => undefined): void {
    const beat = async () => {
      if (this.#isBeating) return; // The disk has not answered the last one yet.
      this.#isBeating = true;
      try {
        const content = await readLock(this.path);
        if (this.#timer === undefined) return;
        if (content !== undefined && content.id !== this.id) {
          this.endSigns();
          onLost();
        } else {
          const now = new Date();
          await utimes(this.path, now, now);
        }
      } catch {
        // The folder was deleted, or the disk fails: there is nothing to give a sign with.
      } finally {
        this.#isBeating = false;
      }
    };
    this.#timer = setInterval(() => void beat(), beatMilliseconds);
    this.#timer.unref();
  }

  /**
   * Lets others have the folder, which may be gone. Does not throw: where the disk does not let the file go it is tried
   * again and again, and until then this process alone knows that the folder is free.
   */
  async release(): Promise<void> {
    this.endSigns();
    held.delete(this.id);
    try {
      const content = await readLock(this.path);
      if (content?.id === this.id) await rm(this.path, { force: true });
    } catch {
      setTimeout(() => void this.release(), beatMilliseconds).unref();
    }
  }

  endSigns(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Whether a live process works in the folder. */
export async function lifeOf(folder: string): Promise<Life> {
  return (await inspect(join(folder, lockFile)))?.life ?? 'dead';
}

async function claim(
  path: string,
  own: LockContent,
  refusal: (holder: Holder) => UlmfitError,
): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (await create(path, own)) return;
    const found = await inspect(path);
    if (found === undefined) continue; // Its owner is done with it.
    if (found.life !== 'dead') throw refusal(holderOf(found, found.life));
    if (!found.isCertain && (await givesSign(path, found))) throw refusal(holderOf(found, 'alive'));
    const next = `${path}.next`;
    await claim(next, own, refusal);
    const now = await inspect(path);
    if (now?.life === 'dead' && now.content?.id === found.content?.id) {
      await nodeFileSystem.rename(next, path);
      return;
    }
    // Another one was faster.
    await rm(next, { force: true });
  }
  throw refusal({ pid: undefined, host: undefined, life: 'alive', isUnseen: false });
}

/** @returns whether there was none */
async function create(path: string, content: LockContent): Promise<boolean> {
  let handle;
  try {
    handle = await open(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.writeFile(`${JSON.stringify(content)}\n`);
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

async function inspect(path: string): Promise<Found | undefined> {
  const file = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unreadableFile(path, error);
  });
  if (file === undefined) return undefined;
  const lastSign = file.mtimeMs;
  const silence = Math.abs(Date.now() - lastSign);
  const isSilent = silence > silenceMilliseconds;
  const content = file.isFile() ? await readLock(path) : undefined;
  const found = (life: Life, isCertain: boolean) => ({ content, life, isCertain, lastSign });
  // What is not readable is just being written, or what a crash left of it.
  if (content === undefined) return found(isSilent ? 'dead' : 'alive', true);
  if (await isLeftHere(content)) return found('dead', true);
  const verdict = await verdictOn(content, lastSign);
  if (verdict === 'gone') return found('dead', true);
  if (!isSilent) return found('alive', verdict === 'lives');
  if (verdict === 'lives') return found('silent', true);
  return found(verdict === 'rebooted' || silence > oblivionMilliseconds ? 'dead' : 'silent', false);
}

/**
 * Whether it is of this process, and yet of nobody: released where the disk did not let it go, or taken by an earlier
 * thread, since one thread at a time trains.
 */
async function isLeftHere({ id, thread = 0, ...owner }: LockContent): Promise<boolean> {
  if (id === undefined || !isThisProcess(owner, await thisProcess())) return false;
  if (thread === threadId) return !held.has(id);
  return thread !== 0 && threadId !== 0;
}

async function givesSign(path: string, { lastSign }: Found): Promise<boolean> {
  await pause(watchMilliseconds);
  const now = await lstat(path).catch(() => undefined);
  return now !== undefined && now.mtimeMs !== lastSign;
}

/** Undefined where there is none, or it is damaged. @throws UlmfitError `file-unreadable`: then it tells nothing */
async function readLock(path: string): Promise<LockContent | undefined> {
  return readJson(path, lockSchema, 10_000).catch((error: unknown) => {
    if (error instanceof UlmfitError && error.code !== 'file-unreadable') return undefined;
    throw error;
  });
}

function holderOf({ content, isCertain }: Found, life: 'alive' | 'silent'): Holder {
  return { pid: content?.pid, host: content?.host, life, isUnseen: !isCertain };
}
