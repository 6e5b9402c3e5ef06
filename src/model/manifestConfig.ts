import type { ModelConfig } from '../store/manifest';
import { type AwdLstmConfig, classifierConfig } from './awdLstmConfig';
import { classifierHeadDefaults, type TextClassifierConfig } from './textClassifier';

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
  return {
    embSz: config.emb_sz,
    nHid: config.n_hid,
    nLayers: config.n_layers,
    padToken: config.pad_token,
    outputP: config.output_p ?? defaults.outputP,
    hiddenP: config.hidden_p ?? defaults.hiddenP,
    inputP: config.input_p ?? defaults.inputP,
    embedP: config.embed_p ?? defaults.embedP,
    weightP: config.weight_p ?? defaults.weightP,
  };
}

/** What a manifest's config says of the direction of reading: nothing of the usual one. */
export function directionConfig(backwards: boolean | undefined): { backwards?: true } {
  return backwards === true ? { backwards } : {};
}

/** Whether it reads texts from their end: a setting of the data it was trained on, kept with the model's own. */
export function readsBackwards(config: ModelConfig): boolean {
  return config.backwards === true;
}

/** A classifier's config under fastai's names. */
export function toClassifierManifestConfig(config: TextClassifierConfig): ModelConfig {
  const { bptt, maxLen, linFtrs, ps } = config;
  return { ...toManifestConfig(config), bptt, max_len: maxLen, lin_ftrs: linFtrs, ps };
}

/** The settings of a classifier's manifest, and fastai's where it has none. */
export function classifierConfigOf(config: ModelConfig): TextClassifierConfig {
  const { bptt, maxLen, linFtrs, ps } = classifierHeadDefaults;
  return {
    ...fromManifestConfig(config, classifierConfig),
    bptt: config.bptt ?? bptt,
    maxLen: config.max_len ?? maxLen,
    linFtrs: config.lin_ftrs ?? linFtrs,
    ps: config.ps ?? ps,
  };
}
