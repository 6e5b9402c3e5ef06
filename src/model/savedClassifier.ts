import type { EntryContent } from '../store/entries';
import type { ModelConfig, ModelManifest } from '../store/manifest';
import type { ModelFacts } from '../store/models';
import type { Replacing } from '../store/replacing';
import type { Store } from '../store/store';
import { Vocab } from '../text/vocab';
import { classifierConfig } from './awdLstmConfig';
import type { ClassifierMember } from './classifierMember';
import { assignVariables, readVariables } from './namedTensors';
import {
  directionConfig,
  fromManifestConfig,
  readsBackwards,
  type SavedFacts,
  toManifestConfig,
} from './savedEncoder';
import { classifierHeadDefaults, TextClassifier, type TextClassifierConfig } from './textClassifier';

/** A classifier out of the store, ready to answer. */
export interface SavedClassifier {
  name: string;
  /** Its answers are the mean of theirs; only an ensemble has more than one. */
  members: readonly ClassifierMember[];
  classes: readonly string[];
  manifest: ModelManifest;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * @param replacing the model of that name that it may take the place of; none if left out
 * @throws {UlmfitError} `save-failed`, `bad-setting` (the name), `already-exists`
 */
export async function saveClassifier(
  store: Store,
  name: string,
  model: TextClassifier,
  vocab: Vocab,
  { backwards, ...facts }: SavedFacts & Pick<ModelFacts, 'classes'>,
  replacing?: Replacing,
): Promise<void> {
  const config = { ...toClassifierManifestConfig(model.config), ...directionConfig(backwards) };
  const content = { tensors: readVariables(model.variables), vocab: vocab.itos };
  await store.models.save(name, { ...facts, config }, content, undefined, replacing);
}

/** A classifier's config under fastai's names. */
export function toClassifierManifestConfig(config: TextClassifierConfig): ModelConfig {
  const { bptt, maxLen, linFtrs, ps } = config;
  return { ...toManifestConfig(config), bptt, max_len: maxLen, lin_ftrs: linFtrs, ps };
}

/** @throws {UlmfitError} `not-found`, which names those that exist; `corrupt-file` where a file was altered */
export async function readClassifier(store: Store, name: string): Promise<SavedClassifier> {
  const entry = await store.models.load(name);
  const { classes, config, members: listed } = entry.manifest;
  const contents = entry.members ?? [entry];
  const members = contents.map((content, index) =>
    memberOf(content, listed?.[index]?.config ?? config, classes.length),
  );
  const dispose = () => {
    for (const { model } of members) model.dispose();
  };
  return { name, members, classes, manifest: entry.manifest, dispose };
}

function memberOf(
  { tensors, vocab: itos }: EntryContent,
  config: ModelConfig,
  classes: number,
): ClassifierMember {
  const vocab = Vocab.fromStrings(itos);
  const model = new TextClassifier(classifierConfigOf(config), vocab.size, classes, 0);
  assignVariables(model.variables, tensors);
  return { model, vocab, backwards: readsBackwards(config) };
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
