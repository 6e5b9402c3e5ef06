import { join } from 'node:path';
import { Entries, type EntryContent } from './entries';
import type { EncoderFacts } from './encoders';
import type { FileSystem } from './fileSystem';
import { formatVersion, modelManifestSchema } from './manifest';

/** What is said of a classifier when it is saved. */
export interface ModelFacts extends EncoderFacts {
  /** Label names in the order of the model's outputs. */
  readonly classes: readonly string[];
}

/** `<store>/models/<name>/`: manifest.json, model.safetensors, vocab.json, and what is derived from them. */
export class Models extends Entries<typeof modelManifestSchema> {
  constructor(root: string, fileSystem?: FileSystem) {
    super(join(root, 'models'), 'model', modelManifestSchema, 'model.safetensors', fileSystem);
  }

  /**
   * Saves a classifier, in place of one of the same name if there is one.
   *
   * @param derived further files of the folder, by name, such as `model.onnx`
   * @throws UlmfitError `save-failed`, `bad-setting`, `already-exists`
   */
  async save(
    name: string,
    facts: ModelFacts,
    content: EntryContent,
    derived: ReadonlyMap<string, Uint8Array> = new Map(),
  ): Promise<void> {
    const createdAt = new Date().toISOString();
    await this.write(name, { formatVersion, kind: 'model', createdAt, ...facts }, content, async (folder) => {
      for (const [file, bytes] of derived) await folder.writeBytes(file, bytes);
    });
  }
}
