import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import {
  currentFolder,
  removeFolder,
  renameFolder,
  saveFolder,
  savedNames,
  type NewFolder,
} from './atomicSave';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { readJson } from './json';
import { readManifest, verifyFiles, type ManifestFiles } from './manifest';
import { checkedName, notFound, sameIgnoringCase } from './names';
import { corruptFile, unreadableFile } from './fileErrors';
import { readSafetensors, type TensorMap } from './safetensors';
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
    for (const name of await this.names()) {
      try {
        entries.push(await this.show(name));
      } catch (error) {
        if (!(error instanceof UlmfitError)) throw error;
        // Removed or renamed by another process since the folder was listed.
        if (error.code !== 'not-found') broken.push({ name, folder: join(this.folder, name), error });
      }
    }
    return { entries, broken };
  }

  /** The names of all entries, broken ones too. */
  async names(): Promise<string[]> {
    try {
      return await savedNames(this.folder, this.fileSystem);
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
    const taken = (await this.names()).find((each) => sameIgnoringCase(each, checked));
    if (taken !== undefined) throw this.exists(taken);
    return checked;
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
    await renameFolder(this.folder, from.normalize('NFC'), newName, this.fileSystem);
  }

  /**
   * Saves an entry, in place of one of the same name if there is one: at every moment the old or the new one loads.
   *
   * @throws UlmfitError `save-failed`, `bad-setting` (the name), `already-exists` (a name that differs in case alone)
   */
  protected async write(
    name: string,
    manifest: Readonly<Record<string, unknown>>,
    content: EntryContent,
    writeMore: (folder: NewFolder) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const checked = checkedName(name);
    const path = join(this.folder, checked);
    const names = await savedNames(this.folder, this.fileSystem).catch((error: unknown) => {
      throw saveFailure(`${path} was not saved`, error);
    });
    const taken = names.find((each) => each !== checked && sameIgnoringCase(each, checked));
    if (taken !== undefined) throw this.exists(taken);
    await saveFolder(
      path,
      async (folder) => {
        await folder.writeTensors(this.tensorFile, content.tensors);
        await folder.writeJson(vocabFile, content.vocab);
        await writeMore(folder);
      },
      manifest,
      this.fileSystem,
    );
  }

  private exists(name: string): UlmfitError {
    return new UlmfitError(
      'already-exists',
      `There is already a ${this.kind} named "${name}".`,
      'Choose another name, or remove or rename that one first.',
    );
  }

  private async existingFolder(name: string): Promise<string> {
    // A name that cannot be one is not looked up: it might lead out of the folder.
    const names = await this.names();
    const composed = name.normalize('NFC');
    const folder = names.includes(composed)
      ? await currentFolder(this.folder, composed, this.fileSystem)
      : undefined;
    if (folder === undefined) throw notFound(this.kind, name, names);
    return folder;
  }

  /** Reads from the entry's folder; again if a save put another folder in its place meanwhile. */
  private async reading<Result>(name: string, read: (folder: string) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      const folder = await this.existingFolder(name);
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
