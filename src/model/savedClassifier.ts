import type { ModelFacts } from '../store/models';
import type { Replacing } from '../store/replacing';
import type { Store } from '../store/store';
import type { Vocab } from '../text/vocab';
import { readVariables } from './namedTensors';
import { directionConfig, toClassifierManifestConfig } from './manifestConfig';
import type { SavedFacts } from './savedEncoder';
import type { TextClassifier } from './textClassifier';

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
