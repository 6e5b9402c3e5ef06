import { join } from 'node:path';
import { Entries, type EntryContent } from './entries';
import type { FileSystem } from './fileSystem';
import {
  encoderManifestSchema,
  formatVersion,
  type Lineage,
  type ManifestFiles,
  type ModelConfig,
} from './manifest';
import type { Replacing } from './replacing';

/** What is said of an encoder when it is saved. */
export interface EncoderFacts {
  readonly config: ModelConfig;
  readonly lineage: Lineage;
  readonly metrics: Readonly<Record<string, number>>;
}

export const encoderTensorFile = 'encoder.safetensors';

/** What tells an encoder from any other, whatever its name is now. */
export function encoderSha256({ files }: ManifestFiles): string | undefined {
  return files[encoderTensorFile]?.sha256;
}

/** `<store>/encoders/<name>/`: manifest.json, encoder.safetensors, vocab.json. */
export class Encoders extends Entries<typeof encoderManifestSchema> {
  constructor(root: string, fileSystem?: FileSystem) {
    super(join(root, 'encoders'), 'encoder', encoderManifestSchema, encoderTensorFile, fileSystem);
  }

  /**
   * Saves an encoder.
   *
   * @param replacing the encoder of that name that it may take the place of
   * @throws UlmfitError `save-failed`, `bad-setting`, `already-exists`
   */
  async save(
    name: string,
    facts: EncoderFacts,
    content: EntryContent,
    replacing: Replacing = 'nothing',
  ): Promise<void> {
    const createdAt = new Date().toISOString();
    await this.write(name, { formatVersion, kind: 'encoder', createdAt, ...facts }, content, replacing);
  }
}
