import type { EncoderFacts } from '../store/encoders';
import type { EncoderManifest } from '../store/manifest';
import type { Replacing } from '../store/replacing';
import type { TensorMap } from '../store/safetensors';
import type { Store } from '../store/store';
import { Vocab } from '../text/vocab';
import type { AwdLstmConfig } from './awdLstmConfig';
import { checkedLanguageModel } from './checkedContent';
import { LanguageModel } from './languageModel';
import { directionConfig, readsBackwards, toManifestConfig } from './manifestConfig';
import { assignVariables, readVariables } from './namedTensors';

/** A language model's weights: an encoder with the decoder that makes it one. */
export interface PretrainedEncoder {
  name: string;
  /** `encoder.weight`, `rnns.…` and `decoder.bias`. */
  tensors: TensorMap;
  vocab: Vocab;
  config: AwdLstmConfig;
  /** It reads texts from their end. Undefined for a file, which does not say. */
  backwards?: boolean;
}

/** An encoder out of the store. */
export interface SavedEncoder extends PretrainedEncoder {
  backwards: boolean;
  manifest: EncoderManifest;
}

/** What is said of weights when they are saved, besides their model's own settings. */
export interface SavedFacts extends Omit<EncoderFacts, 'config'> {
  /** Whether it was trained on texts read from their end. Default false. */
  readonly backwards?: boolean;
}

/**
 * Saves a language model's weights under fastai's `save_encoder` names, with `decoder.bias` beside them so that it can
 * still generate text.
 * @param replacing the encoder of that name that it may take the place of; none if left out
 * @throws {UlmfitError} `save-failed`, `bad-setting` (the name), `already-exists`
 */
export async function saveEncoder(
  store: Store,
  name: string,
  model: LanguageModel,
  vocab: Vocab,
  { backwards, ...facts }: SavedFacts,
  replacing?: Replacing,
): Promise<void> {
  const content = { tensors: readVariables(model.variables), vocab: vocab.itos };
  const config = { ...toManifestConfig(model.config), ...directionConfig(backwards) };
  await store.encoders.save(name, { ...facts, config }, content, replacing);
}

/** @throws {UlmfitError} `not-found`, which names those that exist; `corrupt-file` where a file was altered or does not fit */
export async function readEncoder(store: Store, name: string): Promise<SavedEncoder> {
  const { tensors, vocab, manifest } = await store.encoders.load(name);
  return {
    name,
    tensors,
    vocab: Vocab.fromStrings(vocab),
    config: checkedLanguageModel({ tensors, vocab }, manifest.config),
    backwards: readsBackwards(manifest.config),
    manifest,
  };
}

/** A saved encoder as a language model that can generate. */
export function languageModelOf({ config, tensors, vocab }: SavedEncoder): LanguageModel {
  const model = new LanguageModel(config, vocab.size, 0);
  assignVariables(model.variables, tensors);
  return model;
}
