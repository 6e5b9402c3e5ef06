import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { nodeFileSystem, type FileSystem, type WritableFile } from './fileSystem';
import { writeSafetensors, type TensorMap } from './safetensors';
import { saveFailure } from './saveFailure';
import { sealed } from './seal';
import { removeAbandoned, savingPath, whileBeingWritten } from './unfinishedSaves';

/** What a manifest says of each file of its folder. */
export interface FileFacts {
  readonly sha256: string;
  readonly bytes: number;
}

export const manifestName = 'manifest.json';

/*
 * How a folder is saved. Beside the target `<name>` there may be, for a while:
 *
 *   .<name>.saving-<process>-<random>   being written; never looked at by a reader (unfinishedSaves.ts)
 *   .<name>.old-<time>-<random>         the version before, moved aside; used where `<name>` is missing
 *
 * Write the first → fsync each file → manifest with their hashes, last → fsync → move `<name>` aside → move the
 * new one in → fsync the parent → delete the old. A process that dies between the two moves leaves the old version
 * under its aside name, where `currentFolder` finds it. (A single exchange of two folders would need no aside name,
 * but no portable call does that; Windows cannot even rename over an empty folder.)
 */
const oldPrefix = (name: string) => `.${name}.old-`;
const uniqueSuffix = () => randomBytes(4).toString('hex');

/** The folder that {@link saveFolder} fills: every file is hashed while it is written and on the disk before the next. */
export class NewFolder {
  /** By file name, in the order written. */
  readonly files = new Map<string, FileFacts>();

  constructor(
    private readonly path: string,
    private readonly fileSystem: FileSystem,
  ) {}

  async writeBytes(name: string, bytes: Uint8Array): Promise<void> {
    await this.writeFile(name, (file) => file.write(bytes));
  }

  /** JSON with a newline at the end. */
  async writeJson(name: string, value: unknown, indent?: number): Promise<void> {
    await this.writeBytes(name, Buffer.from(`${JSON.stringify(value, null, indent)}\n`));
  }

  async writeTensors(
    name: string,
    tensors: TensorMap,
    metadata?: ReadonlyMap<string, string>,
  ): Promise<void> {
    await this.writeFile(name, (file) => writeSafetensors(file, tensors, metadata));
  }

  async writeFile(name: string, write: (file: WritableFile) => Promise<void>): Promise<void> {
    const hash = createHash('sha256');
    let bytes = 0;
    const file = await this.fileSystem.createFile(join(this.path, name));
    try {
      await write({
        write: async (part) => {
          hash.update(part);
          bytes += part.byteLength;
          await file.write(part);
        },
        sync: () => file.sync(),
        close: () => file.close(),
      });
      await file.sync();
    } finally {
      await file.close();
    }
    this.files.set(name, { sha256: hash.digest('hex'), bytes });
  }
}

/** Looks at the folder that a save would replace, and throws where it must stay. */
export type CheckReplaced = (folder: string) => Promise<void>;

/**
 * Saves a folder so that at every moment, whatever fails and whenever the process dies, the version before or the new
 * one can be loaded. The new one replaces a folder of that name, unless `checkReplaced` throws. Of several processes
 * that save under one name at the same moment, none replaces what its own check has not seen.
 *
 * @param target the folder's path
 * @param writeFiles writes every file but the manifest
 * @param manifest the manifest's members; `files` (name → sha256 and bytes) is added. None is written if undefined
 * @throws UlmfitError `save-failed`, or what `checkReplaced` throws; what was there before is still there
 */
export async function saveFolder(
  target: string,
  writeFiles: (folder: NewFolder) => Promise<void>,
  manifest: Readonly<Record<string, unknown>> | undefined,
  fileSystem: FileSystem = nodeFileSystem,
  checkReplaced: CheckReplaced = () => Promise.resolve(),
): Promise<void> {
  const parent = dirname(target);
  const name = basename(target);
  const temporary = await savingPath(parent, name);
  try {
    await whileBeingWritten(temporary, async () => {
      await removeAbandoned(parent, name, fileSystem);
      await removeOldVersions(parent, name, fileSystem);
      await fileSystem.createFolder(temporary);
      const folder = new NewFolder(temporary, fileSystem);
      await writeFiles(folder);
      if (manifest) {
        const files = Object.fromEntries(folder.files);
        await folder.writeBytes(manifestName, Buffer.from(sealed({ ...manifest, files })));
      }
      await fileSystem.syncFolder(temporary);
      await moveIn(temporary, target, fileSystem, checkReplaced);
    });
  } catch (error) {
    await removeIfPossible(temporary, fileSystem);
    throw saveFailure(`${target} was not saved, and what was there before is unchanged`, error);
  }
  await removeOldVersions(parent, name, fileSystem);
}

async function moveIn(
  temporary: string,
  target: string,
  fileSystem: FileSystem,
  checkReplaced: CheckReplaced,
): Promise<void> {
  const parent = dirname(target);
  const name = basename(target);
  const before = await currentFolder(parent, name, fileSystem);
  if (before !== undefined) await checkReplaced(before);
  let aside: string | undefined;
  let isIn = false;
  try {
    if (before === target) {
      aside = join(parent, `${oldPrefix(name)}${String(Date.now()).padStart(15, '0')}-${uniqueSuffix()}`);
      await fileSystem.rename(target, aside);
      // Another process may have put its own there since it was looked at. Nobody touches it where it lies now.
      await checkReplaced(aside);
    }
    // Fails where another folder has come to lie there: no platform renames over one with files in it.
    await fileSystem.rename(temporary, target);
    isIn = true;
    await fileSystem.syncFolder(parent);
  } catch (error) {
    // Back to how it was. If that fails too, `currentFolder` still finds the version that was moved aside.
    if (isIn) await fileSystem.rename(target, temporary).catch(() => undefined);
    if (aside !== undefined) await fileSystem.rename(aside, target).catch(() => undefined);
    // Where it failed because another process was faster, that is what is said.
    const other = isIn ? undefined : await currentFolder(parent, name, fileSystem).catch(() => undefined);
    if (other !== undefined) await checkReplaced(other);
    throw error;
  }
}

/**
 * Where the version of `<parent>/<name>` to load lies: its own folder, or the one that an interrupted save moved
 * aside. Undefined if there is neither. Changes nothing, because another process may be saving at this moment.
 */
export async function currentFolder(
  parent: string,
  name: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<string | undefined> {
  const names = await fileSystem.names(parent);
  if (names.includes(name)) return join(parent, name);
  const old = latestOld(names, name);
  return old === undefined ? undefined : join(parent, old);
}

/** The names of all folders in `parent` that {@link currentFolder} finds, sorted. */
export async function savedNames(parent: string, fileSystem: FileSystem = nodeFileSystem): Promise<string[]> {
  return [...(await currentFolders(parent, fileSystem)).keys()];
}

/** Every name in `parent` with what {@link currentFolder} gives for it, sorted by name; the folder is read once. */
export async function currentFolders(
  parent: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<ReadonlyMap<string, string>> {
  const names = (await fileSystem.names(parent)).sort();
  const found = new Map<string, string>();
  // Of several versions that were moved aside the latest comes last.
  for (const entry of names) {
    const name = /^\.(.+)\.old-\d{15}-[0-9a-f]{8}$/u.exec(entry)?.[1];
    if (name !== undefined) found.set(name, join(parent, entry));
  }
  for (const entry of names) if (!entry.startsWith('.')) found.set(entry, join(parent, entry));
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Deletes a saved folder with whatever interrupted saves of it left. It is gone at once, not file by file. */
export async function removeFolder(
  parent: string,
  name: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  try {
    const names = await fileSystem.names(parent);
    // The versions moved aside go first: they must not come back when the folder itself is gone.
    const old = names.filter((entry) => entry.startsWith(oldPrefix(name)));
    if (names.includes(name)) {
      for (const entry of old) await fileSystem.remove(join(parent, entry));
      await fileSystem.rename(join(parent, name), await savingPath(parent, name));
    } else {
      for (const entry of old) await fileSystem.rename(join(parent, entry), await savingPath(parent, name));
    }
    await fileSystem.syncFolder(parent);
    await removeAbandoned(parent, name, fileSystem);
  } catch (error) {
    throw saveFailure(`${join(parent, name)} could not be deleted`, error);
  }
}

/**
 * Gives a saved folder another name, which must be free.
 *
 * @param taken what is thrown where it is not any more
 */
export async function renameFolder(
  parent: string,
  from: string,
  to: string,
  taken: () => Error,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  try {
    const folder = await currentFolder(parent, from, fileSystem);
    // Other versions moved aside would come back under the former name.
    for (const entry of await fileSystem.names(parent)) {
      const path = join(parent, entry);
      if (entry.startsWith(oldPrefix(from)) && path !== folder) await fileSystem.remove(path);
    }
    const target = join(parent, to);
    await fileSystem.rename(folder ?? join(parent, from), target).catch(async (error: unknown) => {
      // What was saved there since it was looked is never renamed over.
      throw (await fileSystem.names(parent)).includes(to) ? taken() : error;
    });
    await fileSystem.syncFolder(parent);
  } catch (error) {
    throw saveFailure(`${join(parent, from)} could not be renamed`, error);
  }
}

function latestOld(names: readonly string[], name: string): string | undefined {
  return names
    .filter((entry) => entry.startsWith(oldPrefix(name)))
    .sort()
    .at(-1);
}

/** Old versions are only litter once the new one is in place, so a failure here does not fail the save. */
async function removeOldVersions(parent: string, name: string, fileSystem: FileSystem): Promise<void> {
  const names = await fileSystem.names(parent).catch((): string[] => []);
  if (!names.includes(name)) return;
  for (const entry of names) {
    if (entry.startsWith(oldPrefix(name))) await removeIfPossible(join(parent, entry), fileSystem);
  }
}

async function removeIfPossible(path: string, fileSystem: FileSystem): Promise<void> {
  await fileSystem.remove(path).catch(() => undefined);
}
