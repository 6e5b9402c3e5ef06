import { join } from 'node:path';
import { Entries, readContent, vocabFile, type EntryContent } from './entries';
import type { EncoderFacts } from './encoders';
import type { FileSystem } from './fileSystem';
import { formatVersion, modelManifestSchema, type ModelManifest, type ModelMember } from './manifest';
import type { Replacing } from './replacing';

/** What is said of a classifier when it is saved. */
export interface ModelFacts extends EncoderFacts {
  /** Label names in the order of the model's outputs. */
  readonly classes: readonly string[];
}

/** A classifier that is to be part of an ensemble. */
export type NewMember = Omit<ModelMember, 'tensors' | 'vocab'> & EntryContent;

const tensorFile = 'model.safetensors';

/** `<store>/models/<name>/`: manifest.json, model.safetensors, vocab.json, and what is derived from them. */
export class Models extends Entries<typeof modelManifestSchema> {
  constructor(root: string, fileSystem?: FileSystem) {
    super(join(root, 'models'), 'model', modelManifestSchema, tensorFile, fileSystem);
  }

  /**
   * Saves a classifier.
   *
   * @param derived further files of the folder, by name, such as `model.onnx`
   * @param replacing the model of that name that it may take the place of
   * @throws UlmfitError `save-failed`, `bad-setting`, `already-exists`
   */
  async save(
    name: string,
    facts: ModelFacts,
    content: EntryContent,
    derived: ReadonlyMap<string, Uint8Array> = new Map(),
    replacing: Replacing = 'nothing',
  ): Promise<void> {
    const manifest = { formatVersion, kind: 'model', createdAt: new Date().toISOString(), ...facts };
    await this.write(name, manifest, content, replacing, async (folder) => {
      for (const [file, bytes] of derived) await folder.writeBytes(file, bytes);
    });
  }

  /**
   * Saves a model whose answers are the mean of its members'. It has a copy of each, the first under the names of any
   * model, so that it stays whole whatever becomes of the originals.
   *
   * @param replacing the model of that name that it may take the place of
   * @throws UlmfitError `save-failed`, `bad-setting`, `already-exists`
   */
  async saveEnsemble(
    name: string,
    facts: Omit<ModelFacts, 'config'>,
    members: readonly [NewMember, ...NewMember[]],
    replacing: Replacing = 'nothing',
  ): Promise<void> {
    const createdAt = new Date().toISOString();
    const [first, ...others] = members;
    const files = members.map((_, index) =>
      index === 0
        ? { tensors: tensorFile, vocab: vocabFile }
        : { tensors: `member${index + 1}.safetensors`, vocab: `member${index + 1}.vocab.json` },
    );
    const listed = members.map(({ name: member, config, lineage, metrics }, index) => ({
      ...{ name: member, config, lineage, metrics },
      ...files[index],
    }));
    const { emb_sz, n_hid, n_layers, pad_token } = first.config;
    const manifest = {
      ...{ formatVersion, kind: 'model', createdAt, ...facts },
      config: { emb_sz, n_hid, n_layers, pad_token },
      members: listed,
    };
    await this.write(name, manifest, first, replacing, async (folder) => {
      for (const [index, { tensors, vocab }] of others.entries()) {
        await folder.writeTensors(files[index + 1]?.tensors ?? '', tensors);
        await folder.writeJson(files[index + 1]?.vocab ?? '', vocab);
      }
    });
  }

  protected override async readMembers(
    folder: string,
    { members, files }: ModelManifest,
    first: EntryContent,
  ): Promise<EntryContent[] | undefined> {
    if (!members) return undefined;
    const contents = [first];
    for (const member of members.slice(1)) contents.push(await readContent(folder, { files }, member));
    return contents;
  }
}
