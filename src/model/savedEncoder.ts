import type { EncoderFacts } from '../store/encoders';
import type { EncoderManifest, ModelConfig } from '../store/manifest';
import type { Replacing } from '../store/replacing';
import type { TensorMap } from '../store/safetensors';
import type { Store } from '../store/store';
import { Vocab } from '../text/vocab';
import { type AwdLstmConfig, languageModelConfig } from './awdLstmConfig';
import { LanguageModel } from './languageModel';
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

/** @throws {UlmfitError} `not-found`, which names those that exist; `corrupt-file` where a file was altered */
export async function readEncoder(store: Store, name: string): Promise<SavedEncoder> {
  const { tensors, vocab, manifest } = await store.encoders.load(name);
  return {
    name,
    tensors,
    vocab: Vocab.fromStrings(vocab),
    config: fromManifestConfig(manifest.config, languageModelConfig),
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

/** Our config under fastai's names. */
export function toManifestConfig(config: AwdLstmConfig): ModelConfig {
  return {
    emb_sz: config.embSz,
    n_hid: config.nHid,
    n_layers: config.nLayers,
    pad_token: config.padToken,
    output_p: config.outputP,
    hidden_p: config.hiddenP,
    input_p: config.inputP,
    embed_p: config.embedP,
    weight_p: config.weightP,
  };
}

/** The widths of a manifest's config, and its dropouts where it has them. */
export function fromManifestConfig(config: ModelConfig, defaults: AwdLstmConfig): AwdLstmConfig {
  const rate = (name: string, otherwise: number) => {
    const value = config[name];
    return typeof value === 'number' ? value : otherwise;
  };
  return {
    embSz: config.emb_sz,
    nHid: config.n_hid,
    nLayers: config.n_layers,
    padToken: config.pad_token,
    outputP: rate('output_p', defaults.outputP),
    hiddenP: rate('hidden_p', defaults.hiddenP),
    inputP: rate('input_p', defaults.inputP),
    embedP: rate('embed_p', defaults.embedP),
    weightP: rate('weight_p', defaults.weightP),
  };
}

/** What a manifest's config says of the direction of reading: nothing of the usual one. */
export function directionConfig(backwards: boolean | undefined): { backwards?: true } {
  return backwards === true ? { backwards } : {};
}

/** Whether it reads texts from their end: a setting of the data it was trained on, kept with the model's own. */
export function readsBackwards(config: ModelConfig): boolean {
  return config['backwards'] === true;
}
