import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { manifestName } from './atomicSave';
import { withFile } from './byteSource';
import { describeIssue, readJson } from './json';
import { corruptFile } from './fileErrors';
import { readSealedJson } from './seal';

export const formatVersion = 1;

const shortText = v.pipe(v.string(), v.maxLength(4096));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u, 'not a sha256'));
/** A file of the folder itself: nothing that leads elsewhere. */
const fileName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/u, 'not a plain file name'));

const filesSchema = v.record(fileName, v.strictObject({ sha256, bytes: count }));

const upTo = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(most));
/** A dropout; more than 1 where the factor for all of them was too large. */
const dropout = v.pipe(v.number(), v.finite(), v.minValue(0));
const headLayers = <Item extends v.GenericSchema<number, number>>(item: Item) =>
  v.optional(v.pipe(v.array(item), v.maxLength(100), v.readonly()));

/**
 * Model settings by fastai's names, each as it can be: a manifest may come from elsewhere. What is not known here is kept
 * and never used.
 */
const configSchema = v.looseObject({
  emb_sz: upTo(65_536),
  n_hid: upTo(65_536),
  n_layers: upTo(1000),
  /** The id of a word. */
  pad_token: v.pipe(count, v.maxValue(10_000_000)),
  output_p: v.optional(dropout),
  hidden_p: v.optional(dropout),
  input_p: v.optional(dropout),
  embed_p: v.optional(dropout),
  weight_p: v.optional(dropout),
  /** Of a classifier: tokens at once, tokens that are pooled, and the layers of its head with their dropouts. */
  bptt: v.optional(upTo(1_000_000)),
  max_len: v.optional(upTo(1_000_000_000)),
  lin_ftrs: headLayers(upTo(1_000_000)),
  ps: headLayers(dropout),
  /** Whether it reads texts from their end. */
  backwards: v.optional(v.boolean()),
});

/** Where it came from: which data, by hash; which encoder; which run; which pretrained model; which file. */
const lineageSchema = v.object({
  data: v.optional(
    v.object({
      sha256,
      rows: count,
      /** File names for people, without their folders. */
      files: v.pipe(v.array(shortText), v.maxLength(10_000)),
    }),
  ),
  encoder: v.optional(shortText),
  run: v.optional(shortText),
  pretrained: v.optional(shortText),
  /** Of the weights of that encoder: it may be renamed, or its name given to another. */
  encoderSha256: v.optional(sha256),
  pretrainedSha256: v.optional(sha256),
  /** A file from elsewhere that was imported or downloaded. */
  source: v.optional(
    v.object({
      /** Its name, without its folder. */
      file: shortText,
      /** For people: "fastai 1, PyTorch legacy file". */
      format: shortText,
      sha256: v.optional(sha256),
      /** Where it was downloaded. */
      address: v.optional(shortText),
    }),
  ),
});

const common = {
  formatVersion: v.literal(formatVersion),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  config: configSchema,
  lineage: lineageSchema,
  /** By exact name: valid_loss, accuracy, perplexity, … */
  metrics: v.record(v.string(), v.number()),
  files: filesSchema,
};

/** One of the classifiers that a model averages, with its files in the model's own folder. */
const memberSchema = v.object({
  /** What it was called when the ensemble was made. */
  name: shortText,
  config: configSchema,
  lineage: lineageSchema,
  metrics: common.metrics,
  tensors: fileName,
  vocab: fileName,
});

export const encoderManifestSchema = v.object({ ...common, kind: v.literal('encoder') });
export const modelManifestSchema = v.object({
  ...common,
  kind: v.literal('model'),
  /** Label names in the order of the model's outputs. */
  classes: v.pipe(v.array(v.pipe(v.string(), v.maxLength(65_536))), v.minLength(1), v.maxLength(100_000)),
  /** Of an ensemble: whose probabilities it averages. They are copies, so that the originals may be changed or deleted. */
  members: v.optional(v.pipe(v.array(memberSchema), v.minLength(2), v.maxLength(16))),
});
export const checkpointManifestSchema = v.object({
  formatVersion: v.literal(formatVersion),
  createdAt: common.createdAt,
  kind: v.literal('checkpoint'),
  step: count,
  /** Whatever the training needs to go on besides tensors: epoch, schedule, counters. */
  state: v.record(v.string(), v.unknown()),
  files: filesSchema,
});

export type ModelConfig = v.InferOutput<typeof configSchema>;
export type Lineage = v.InferOutput<typeof lineageSchema>;
export type EncoderManifest = v.InferOutput<typeof encoderManifestSchema>;
export type ModelManifest = v.InferOutput<typeof modelManifestSchema>;
export type ModelMember = v.InferOutput<typeof memberSchema>;
export type CheckpointManifest = v.InferOutput<typeof checkpointManifestSchema>;
/** The part every manifest has, which is what verifying needs. */
export interface ManifestFiles {
  readonly files: Readonly<Record<string, v.InferOutput<typeof filesSchema>[string]>>;
}

/**
 * The settings of a model from elsewhere, if a manifest can have them.
 * @throws UlmfitError `unsupported-format` that names the one which is wrong
 */
export function checkedConfig(config: Readonly<Record<string, unknown>>): ModelConfig {
  const checked = v.safeParse(configSchema, config);
  if (checked.success) return checked.output;
  throw new UlmfitError(
    'unsupported-format',
    `The model has settings that no model here can have: ${describeIssue(checked.issues[0])}.`,
    'Use an AWD-LSTM of usual sizes.',
  );
}

const maximumManifestBytes = 16 * 2 ** 20;
const versionSchema = v.object({ formatVersion: v.number() });

/**
 * Reads and checks the manifest of a folder.
 *
 * @throws UlmfitError `corrupt-file` if it is missing or wrong, `unsupported-format` if a newer version wrote it
 */
export async function readManifest<Schema extends v.GenericSchema>(
  folder: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const path = join(folder, manifestName);
  try {
    return await readSealedJson(path, schema, maximumManifestBytes);
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    if (error.code === 'file-not-found') throw corruptFile(folder, `it has no ${manifestName}`);
    if (error.code === 'corrupt-file' && (await isNewer(path))) {
      throw new UlmfitError(
        'unsupported-format',
        `${path} was written by a newer version of ULMFiT.`,
        'Update ULMFiT and try again.',
      );
    }
    throw error;
  }
}

async function isNewer(path: string): Promise<boolean> {
  const version = await readJson(path, versionSchema, maximumManifestBytes).catch(() => undefined);
  return version !== undefined && version.formatVersion > formatVersion;
}

/**
 * Compares every file of the folder with its manifest.
 *
 * @throws UlmfitError `corrupt-file` that names the first file which is missing or altered
 */
export async function verifyFiles(folder: string, manifest: ManifestFiles): Promise<void> {
  for (const [name, facts] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    const found = await hashFile(path).catch((error: unknown) => {
      if (error instanceof UlmfitError && error.code === 'file-not-found')
        throw corruptFile(path, 'it is missing');
      throw error;
    });
    if (found.bytes !== facts.bytes) {
      throw corruptFile(path, `it has ${found.bytes} bytes instead of ${facts.bytes}`);
    }
    if (found.sha256 !== facts.sha256) throw corruptFile(path, 'its content was altered after it was saved');
  }
}

const hashedAtOnce = 2 ** 20;

/**
 * The sha256 and size of a file, read in parts.
 * @throws UlmfitError `file-not-found` or `file-unreadable`, and the reason of the signal
 */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  return withFile(path, async (source) => {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(Math.min(hashedAtOnce, source.size));
    for (let position = 0; position < source.size; position += hashedAtOnce) {
      signal?.throwIfAborted();
      const part = buffer.subarray(0, source.size - position);
      await source.readInto(part, position);
      hash.update(part);
    }
    return { sha256: hash.digest('hex'), bytes: source.size };
  });
}
