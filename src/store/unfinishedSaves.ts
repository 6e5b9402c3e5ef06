import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { processExists, thisProcess, verdictOn } from './processIdentity';

/*
 * A folder that is being saved has a hidden name with the process that saves it:
 *
 *   .<name>.saving-<process id>-<its start>-<place>-<random>
 *
 * The place is a hash of machine and container, since the same process id means another process elsewhere. Names of
 * former versions have neither start nor place.
 */
const pattern = /^\.(.+)\.saving-(\d+)(?:-([0-9a-z]+)-([0-9a-f]{8}))?-[0-9a-f]{8}$/u;

/** A process that cannot be seen from here and has written nothing for so long has given up. */
const oblivionMilliseconds = 60 * 60_000;

/** Folders of this thread that are in use, so that a save beside them leaves them alone. */
const beingWritten = new Set<string>();

export function savingPrefix(name: string): string {
  return `.${name}.saving-`;
}

/** Where this process may write the folder `<parent>/<name>` before it is moved in. */
export async function savingPath(parent: string, name: string): Promise<string> {
  const { pid, start, place } = await here();
  return join(parent, `${savingPrefix(name)}${pid}-${start}-${place}-${randomBytes(4).toString('hex')}`);
}

/** Lets `write` fill a folder that nobody sweeps meanwhile. */
export async function whileBeingWritten(path: string, write: () => Promise<void>): Promise<void> {
  beingWritten.add(path);
  try {
    await write();
  } finally {
    beingWritten.delete(path);
  }
}

/** Deletes what saves of this name left behind whose process is gone. */
export async function removeAbandoned(parent: string, name: string, fileSystem: FileSystem): Promise<void> {
  for (const entry of await fileSystem.names(parent)) {
    const path = join(parent, entry);
    if (!entry.startsWith(savingPrefix(name)) || beingWritten.has(path)) continue;
    if ((await ownerOf(path, entry)) !== 'another') await fileSystem.remove(path);
  }
}

/** Deletes what saves of any name left behind in these folders whose process is gone. A folder may be missing. */
export async function sweepAbandoned(folders: readonly string[]): Promise<void> {
  for (const parent of folders) {
    for (const entry of await nodeFileSystem.names(parent)) {
      const path = join(parent, entry);
      // Another thread of this process may be saving.
      if (pattern.test(entry) && (await ownerOf(path, entry)) === 'gone') await nodeFileSystem.remove(path);
    }
  }
}

/** Deletes every unfinished save in a folder that this process alone writes in, whoever seems to be its owner. */
export async function sweepOwnFolder(parent: string, fileSystem: FileSystem): Promise<void> {
  const names = await fileSystem.names(parent);
  for (const entry of names) {
    const path = join(parent, entry);
    const aside = /^\.(.+)\.old-\d{15}-[0-9a-f]{8}$/u.exec(entry)?.[1];
    // A version that was moved aside is the one to load as long as no other is in its place.
    const isLitter = aside === undefined ? entry.includes('.saving-') : names.includes(aside);
    if (entry.startsWith('.') && isLitter && !beingWritten.has(path)) await fileSystem.remove(path);
  }
}

async function ownerOf(path: string, entry: string): Promise<'this' | 'another' | 'gone'> {
  const [, , digits, start, place] = pattern.exec(entry) ?? [];
  const pid = Number(digits);
  const me = await here();
  if (place !== undefined && place !== me.place) {
    return Date.now() - (await lastChange(path)) > oblivionMilliseconds ? 'gone' : 'another';
  }
  if (pid === me.pid && (start === undefined || start === me.start)) return 'this';
  if (start === undefined || start === unknownStart) return processExists(pid) ? 'another' : 'gone';
  const identity = { ...(await thisProcess()), pid, start: Number.parseInt(start, 36) };
  return (await verdictOn(identity, Date.now())) === 'gone' ? 'gone' : 'another';
}

const unknownStart = 'x';

async function here() {
  const { pid, host = '', boot = host, namespace = '', start } = await thisProcess();
  const place = createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 8);
  return { pid, start: start?.toString(36) ?? unknownStart, place };
}

/** When something in a folder was last written; now where that cannot be told. */
async function lastChange(folder: string): Promise<number> {
  try {
    const files = (await readdir(folder)).map((name) => join(folder, name));
    const times = await Promise.all([folder, ...files].map(async (path) => (await stat(path)).mtimeMs));
    return Math.max(...times);
  } catch {
    return Date.now();
  }
}
