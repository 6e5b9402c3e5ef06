import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import {
  currentFolders,
  removeFolder,
  renameFolder,
  saveFolder,
  savedNames,
  type NewFolder,
} from './atomicSave';
import { concurrently } from './concurrently';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { readJson } from './json';
import { readManifest, verifyFiles, type ManifestFiles } from './manifest';
import { checkedName, isName, noName, notFound, sameIgnoringCase } from './names';
import { corruptFile, unreadableFile } from './fileErrors';
import { readSafetensors, type TensorMap } from './safetensors';
import { type EntryMark, markOf, mayReplace, type Replacing } from './replacing';
import { saveFailure } from './saveFailure';

/** The name, manifest and folder of something in the store, without its tensors. */
export interface Entry<Manifest> {
  readonly name: string;
  readonly manifest: Manifest;
  readonly folder: string;
}

/** A folder that should be an entry but cannot be read, and why. */
export interface BrokenEntry {
  readonly name: string;
  readonly folder: string;
  readonly error: UlmfitError;
}

export interface EntryList<Manifest> {
  readonly entries: Entry<Manifest>[];
  readonly broken: BrokenEntry[];
}

/** What an encoder or a model consists of besides its manifest. */
export interface EntryContent {
  readonly tensors: TensorMap;
  /** Tokens in id order. */
  readonly vocab: readonly string[];
}

export interface LoadedEntry<Manifest> extends Entry<Manifest> {
  readonly tensors: TensorMap;
  readonly vocab: string[];
  /** Of an ensemble, all whose answers it averages; `tensors` and `vocab` are those of the first. */
  readonly members?: readonly EntryContent[];
}

export const vocabFile = 'vocab.json';
const vocabSchema = v.array(v.string());
/** Ten million words, the largest vocabulary that can be asked for, have no more. */
const maximumVocabBytes = 256 * 2 ** 20;

/** The named folders of one kind: `<store>/encoders` or `<store>/models`. */
export class Entries<Schema extends v.GenericSchema<unknown, ManifestFiles>> {
  /**
   * @param folder where the entries lie
   * @param kind what an entry is called in messages
   * @param tensorFile the name of the file with the tensors
   */
  constructor(
    readonly folder: string,
    private readonly kind: string,
    private readonly schema: Schema,
    private readonly tensorFile: string,
    private readonly fileSystem: FileSystem = nodeFileSystem,
  ) {}

  /** All entries by name. Reads manifests only; what cannot be read is reported beside the rest. */
  async list(): Promise<EntryList<v.InferOutput<Schema>>> {
    const entries: Entry<v.InferOutput<Schema>>[] = [];
    const broken: BrokenEntry[] = [];
    const before = new Map<string, string | undefined>();
    let folders = await this.folders();
    // A save may put another folder in the place of one that is being read: what fails is looked for once more.
    for (let attempt = 0; folders.size > 0; attempt++) {
      const failed: string[] = [];
      await concurrently([...folders], async ([name, folder]) => {
        try {
          refuseNoName(name, folder);
          entries.push({ name, folder, manifest: await readManifest(folder, this.schema) });
        } catch (error) {
          if (!(error instanceof UlmfitError)) throw error;
          const identity = await folderIdentity(folder);
          const isSame = before.has(name) && before.get(name) === identity;
          if (isSame || attempt === 3) broken.push({ name, folder, error });
          else failed.push(name);
          before.set(name, identity);
        }
      });
      if (failed.length === 0) break;
      // What is not there any more was removed or renamed by another process.
      const now = await this.folders();
      folders = new Map(failed.flatMap((name) => (now.has(name) ? [[name, now.get(name) ?? '']] : [])));
    }
    return { entries: entries.sort(byName), broken: broken.sort(byName) };
  }

  /** The names of all entries, broken ones too. */
  async names(): Promise<string[]> {
    return [...(await this.folders()).keys()];
  }

  private async folders(): Promise<ReadonlyMap<string, string>> {
    try {
      return await currentFolders(this.folder, this.fileSystem);
    } catch (error) {
      throw unreadableFile(this.folder, error);
    }
  }

  /**
   * The manifest of one entry.
   *
   * @throws UlmfitError `not-found`, `corrupt-file`, `unsupported-format`
   */
  async show(name: string): Promise<Entry<v.InferOutput<Schema>>> {
    return this.reading(name, async (folder) => ({
      name: name.normalize('NFC'),
      folder,
      manifest: await readManifest(folder, this.schema),
    }));
  }

  /**
   * Loads an entry after comparing every file with its hash.
   *
   * @throws UlmfitError `not-found`, `corrupt-file`, `unsupported-format`
   */
  async load(name: string): Promise<LoadedEntry<v.InferOutput<Schema>>> {
    return this.reading(name, async (folder) => ({
      name: name.normalize('NFC'),
      ...(await this.loadFrom(folder)),
    }));
  }

  /**
   * Loads an entry out of its folder, which may be one that was exported, after comparing every file with its hash.
   *
   * @throws UlmfitError `corrupt-file`, `unsupported-format`
   */
  async loadFrom(folder: string): Promise<Omit<LoadedEntry<v.InferOutput<Schema>>, 'name'>> {
    const manifest = await readManifest(folder, this.schema);
    await verifyFiles(folder, manifest);
    const content = await readContent(folder, manifest, { tensors: this.tensorFile, vocab: vocabFile });
    const members = await this.readMembers?.(folder, manifest, content);
    return { folder, manifest, ...content, ...(members ? { members } : {}) };
  }

  /** Reads what an entry has besides `first`, from files that were compared with their hashes. */
  protected readMembers?(
    folder: string,
    manifest: v.InferOutput<Schema>,
    first: EntryContent,
  ): Promise<readonly EntryContent[] | undefined>;

  /**
   * Refuses a name that cannot be one, or that an entry has.
   *
   * @returns the name as it will be kept
   * @throws UlmfitError `bad-setting`, `already-exists`
   */
  async checkedNewName(name: string): Promise<string> {
    const checked = checkedName(name);
    const taken = await this.takenName(checked);
    if (taken !== undefined) throw this.exists(taken);
    return checked;
  }

  /** The name of the entry that has this one or differs from it in case alone: elsewhere the two would be one folder. */
  async takenName(name: string): Promise<string | undefined> {
    const names = await this.names();
    return (
      names.find((each) => each === name.normalize('NFC')) ??
      names.find((each) => sameIgnoringCase(each, name))
    );
  }

  /** What tells the entry of this name from a later one. @throws UlmfitError `not-found` */
  async mark(name: string): Promise<EntryMark> {
    return this.reading(name, markOf);
  }

  /** The error for a name that an entry has. */
  exists(name: string, remedy = 'Choose another name, or remove or rename that one first.'): UlmfitError {
    const message =
      this.kind === 'encoder'
        ? `There is already an encoder named "${name}".`
        : `There is already a model named "${name}".`;
    return new UlmfitError('already-exists', message, remedy);
  }

  /**
   * Deletes an entry.
   *
   * @throws UlmfitError `not-found`, `save-failed`
   */
  async remove(name: string): Promise<void> {
    await this.existingFolder(name);
    await removeFolder(this.folder, name.normalize('NFC'), this.fileSystem);
  }

  /**
   * Gives an entry another name.
   *
   * @throws UlmfitError `not-found`, `already-exists`, `bad-setting`, `save-failed`
   */
  async rename(from: string, to: string): Promise<void> {
    const newName = checkedName(to);
    await this.existingFolder(from);
    const taken = (await this.names()).find((name) => sameIgnoringCase(name, newName));
    // A change of case alone is a rename of the entry itself.
    if (taken !== undefined && (taken === newName || taken !== from.normalize('NFC')))
      throw this.exists(taken);
    const meanwhile = () => this.exists(newName);
    await renameFolder(this.folder, from.normalize('NFC'), newName, meanwhile, this.fileSystem);
  }

  /**
   * Saves an entry. Where it may replace one of its name, the old or the new one loads at every moment.
   *
   * @throws UlmfitError `save-failed`, `bad-setting` (the name), `already-exists` (an entry that is not to be replaced,
   * or whose name differs in case alone)
   */
  protected async write(
    name: string,
    manifest: Readonly<Record<string, unknown>>,
    content: EntryContent,
    replacing: Replacing,
    writeMore: (folder: NewFolder) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const checked = checkedName(name);
    const path = join(this.folder, checked);
    const names = await savedNames(this.folder, this.fileSystem).catch((error: unknown) => {
      throw saveFailure(`${path} was not saved`, error);
    });
    const taken = names.find((each) => sameIgnoringCase(each, checked));
    // It is said before anything large is written, and looked at again when it is to be moved in.
    if (taken !== undefined && (taken !== checked || replacing === 'nothing')) throw this.exists(taken);
    await saveFolder(
      path,
      async (folder) => {
        await folder.writeTensors(this.tensorFile, content.tensors);
        await folder.writeJson(vocabFile, content.vocab);
        await writeMore(folder);
      },
      manifest,
      this.fileSystem,
      async (there) => {
        if (!(await mayReplace(replacing, there))) throw this.exists(checked);
      },
    );
  }

  private async existingFolder(name: string): Promise<string> {
    // A name is looked up among those that are there: by itself it might lead out of the folder.
    const folders = await this.folders();
    const folder = folders.get(name.normalize('NFC'));
    if (folder === undefined) throw notFound(this.kind, name, [...folders.keys()]);
    return folder;
  }

  /** Reads from the entry's folder; again if a save put another folder in its place meanwhile. */
  private async reading<Result>(name: string, read: (folder: string) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      const folder = await this.existingFolder(name);
      refuseNoName(name, folder);
      const before = await folderIdentity(folder);
      try {
        return await read(folder);
      } catch (error) {
        if (attempt === 3 || (await folderIdentity(folder)) === before) throw error;
      }
    }
  }
}

/** @throws UlmfitError `corrupt-file` where the manifest, with whose hashes the files were compared, does not list them */
export async function readContent(
  folder: string,
  manifest: ManifestFiles,
  files: { readonly tensors: string; readonly vocab: string },
): Promise<{ tensors: TensorMap; vocab: string[] }> {
  for (const file of [files.tensors, files.vocab]) {
    if (!Object.hasOwn(manifest.files, file)) throw corruptFile(folder, `its manifest does not list ${file}`);
  }
  const { tensors } = await readSafetensors(join(folder, files.tensors));
  return { tensors, vocab: await readJson(join(folder, files.vocab), vocabSchema, maximumVocabBytes, 1) };
}

async function folderIdentity(folder: string): Promise<string | undefined> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

function byName({ name: a }: { readonly name: string }, { name: b }: { readonly name: string }): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @throws UlmfitError `corrupt-file` for a folder whose name nobody could have given an entry */
function refuseNoName(name: string, folder: string): void {
  if (!isName(name)) throw corruptFile(folder, noName(name), 'Rename the folder, or remove it.');
}
