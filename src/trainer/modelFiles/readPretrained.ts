import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { UlmfitError } from '../../errors';
import { type PretrainedEncoder, readEncoder, type SavedEncoder } from '../../model/savedEncoder';
import type { TrainEncoderOptions } from '../../options/languageModel';
import { encoderSha256 } from '../../store/encoders';
import { readForeignModel } from '../../store/foreign/foreignModel';
import { hashFile, type Lineage } from '../../store/manifest';
import { pretrainedModel, type PretrainedModel } from '../../store/pretrainedModels';
import type { Store } from '../../store/store';
import { Vocab } from '../../text/vocab';
import { megabytes } from '../download/downloadFailure';
import { hashOf, type StartingWeights, storedStart } from '../runInputs';
import { byHand } from './downloadPretrained';
import { languageModelContent } from './foreignContent';

/** What a fine-tuning starts from. */
export interface Pretrained {
  readonly encoder: PretrainedEncoder;
  /** What the encoder that is made will say of it. */
  readonly lineage: Pick<Lineage, 'pretrained' | 'pretrainedSha256'>;
  readonly start: StartingWeights;
}

/**
 * What `--pretrained` names: an encoder of the store, a downloaded model, or a file. Nothing is downloaded here: a
 * training uses no network.
 * @returns undefined for `none`
 * @throws {UlmfitError} `not-found`, `corrupt-file`, `bad-setting` for sizes that are not those of the file
 */
export async function readPretrained(
  store: Store,
  {
    pretrained: wanted,
    backwards,
    ...sizes
  }: Pick<TrainEncoderOptions, 'pretrained' | 'backwards' | 'embSz' | 'nHid' | 'nLayers'>,
): Promise<Pretrained | undefined> {
  if (wanted === 'none') return undefined;
  const encoder = await find(store, wanted, backwards);
  checkSizes(encoder, sizes);
  const { name } = encoder;
  if (!('manifest' in encoder)) {
    const hashes = { file: (await hashFile(wanted)).sha256, words: hashOf(encoder.vocab.itos) };
    return { encoder, lineage: { pretrained: name }, start: { kind: 'pretrained', name, hashes } };
  }
  const { manifest } = encoder;
  const lineage = { pretrained: name, pretrainedSha256: encoderSha256(manifest) };
  return { encoder, lineage, start: storedStart('pretrained', name, manifest) };
}

/** What is wanted, for a run that may go on in another folder: a file by its whole path. */
export async function placedPretrained(store: Store, wanted: string): Promise<string> {
  const isName =
    wanted === 'none' ||
    pretrainedModel(wanted) !== undefined ||
    (await store.encoders.names()).includes(wanted);
  return !isName && (await isFile(wanted)) ? resolve(wanted) : wanted;
}

async function find(
  store: Store,
  wanted: string,
  backwards = false,
): Promise<SavedEncoder | PretrainedEncoder> {
  const names = await store.encoders.names();
  if (names.includes(wanted.normalize('NFC'))) return readEncoder(store, wanted);
  const model = pretrainedModel(wanted, backwards);
  if (model && !names.includes(model.name)) throw notDownloaded(model);
  if (!model && (await isFile(wanted))) return readFile(wanted);
  return readEncoder(store, model?.name ?? wanted);
}

async function readFile(path: string): Promise<PretrainedEncoder> {
  const foreign = await readForeignModel(path);
  if (foreign.kind === 'classifier') {
    throw new UlmfitError(
      'bad-setting',
      `${path} holds a classifier, and a language model is needed.`,
      'Give the file of a language model or of an encoder.',
    );
  }
  const { vocab, ...content } = languageModelContent(foreign);
  return { name: basename(path), vocab: Vocab.fromStrings(vocab), ...content };
}

/** @throws {UlmfitError} `bad-setting` that names the flag */
function checkSizes(
  { name, config }: PretrainedEncoder,
  asked: Pick<TrainEncoderOptions, 'embSz' | 'nHid' | 'nLayers'>,
): void {
  const flags = { embSz: '--emb-sz', nHid: '--n-hid', nLayers: '--n-layers' } as const;
  for (const key of ['embSz', 'nHid', 'nLayers'] as const) {
    const size = asked[key];
    if (size === undefined || size === config[key]) continue;
    throw new UlmfitError(
      'bad-setting',
      `${flags[key]} ${size} does not fit: the pretrained "${name}" has ${config[key]}.`,
      `Leave ${flags[key]} out, since the sizes are those of the pretrained model, or start with --pretrained none.`,
    );
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

function notDownloaded(model: PretrainedModel): UlmfitError {
  return new UlmfitError(
    'not-found',
    `The pretrained model "${model.name}" is not in the store.`,
    `Download it (${megabytes(model.bytes)}): "ulmfit download ${model.name}", or Download Pretrained Model… in ` +
      `VS Code. ${byHand(model)}`,
  );
}
