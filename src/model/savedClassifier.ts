import type { ModelConfig } from '../store/manifest';
import type { ModelFacts } from '../store/models';
import type { Store } from '../store/store';
import type { Vocab } from '../text/vocab';
import { classifierConfig } from './awdLstmConfig';
import { readVariables } from './namedTensors';
import {
  directionConfig,
  fromManifestConfig,
  type SavedFacts,
  toManifestConfig,
} from './savedEncoder';
import { classifierHeadDefaults, type TextClassifier, type TextClassifierConfig } from './textClassifier';

/** @throws {UlmfitError} `save-failed`, `bad-setting` (the name), `already-exists` */
export async function saveClassifier(
  store: Store,
  name: string,
  model: TextClassifier,
  vocab: Vocab,
  { backwards, ...facts }: SavedFacts & Pick<ModelFacts, 'classes'>,
): Promise<void> {
  const config = { ...toClassifierManifestConfig(model.config), ...directionConfig(backwards) };
  const content = { tensors: readVariables(model.variables), vocab: vocab.itos };
  await store.models.save(name, { ...facts, config }, content);
}

/** A classifier's config under fastai's names. */
export function toClassifierManifestConfig(config: TextClassifierConfig): ModelConfig {
  const { bptt, maxLen, linFtrs, ps } = config;
  return { ...toManifestConfig(config), bptt, max_len: maxLen, lin_ftrs: linFtrs, ps };
}

/** The settings of a classifier's manifest, and fastai's where it has none. */
export function classifierConfigOf(config: ModelConfig): TextClassifierConfig {
  const { bptt, maxLen, linFtrs, ps } = classifierHeadDefaults;
  const number = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise);
  const numbers = (value: unknown, otherwise: readonly number[]) =>
    Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : otherwise;
  return {
    ...fromManifestConfig(config, classifierConfig),
    bptt: number(config['bptt'], bptt),
    maxLen: number(config['max_len'], maxLen),
    linFtrs: numbers(config['lin_ftrs'], linFtrs),
    ps: numbers(config['ps'], ps),
  };
}
