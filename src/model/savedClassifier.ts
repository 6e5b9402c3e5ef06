import type { EntryContent } from '../store/entries';
import type { ModelConfig, ModelManifest } from '../store/manifest';
import type { ModelFacts } from '../store/models';
import type { Replacing } from '../store/replacing';
import type { Store } from '../store/store';
import { Vocab } from '../text/vocab';
import { checkedClassifier } from './checkedContent';
import type { ClassifierMember } from './classifierMember';
import { assignVariables, readVariables } from './namedTensors';
import { directionConfig, readsBackwards, toClassifierManifestConfig } from './manifestConfig';
import type { SavedFacts } from './savedEncoder';
import { TextClassifier } from './textClassifier';

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

/** @throws {UlmfitError} `not-found`, which names those that exist; `corrupt-file` where a file was altered or does not fit */
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

function memberOf(content: EntryContent, config: ModelConfig, classes: number): ClassifierMember {
  const checked = checkedClassifier(content, config, classes);
  const vocab = Vocab.fromStrings(content.vocab);
  const model = new TextClassifier(checked, vocab.size, classes, 0);
  assignVariables(model.variables, content.tensors);
  return { model, vocab, backwards: readsBackwards(config) };
}
