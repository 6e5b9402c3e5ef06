import { assignVariables } from '../model/namedTensors';
import { classifierConfigOf } from '../model/savedClassifier';
import { readsBackwards } from '../model/savedEncoder';
import { TextClassifier } from '../model/textClassifier';
import type { EntryContent } from '../store/entries';
import type { ModelConfig } from '../store/manifest';
import type { Store } from '../store/store';
import { Vocab } from '../text/vocab';
import type { Classifier } from './classifier';
import { Ensemble } from './ensemble';
import { UlmfitClassifier } from './ulmfitClassifier';

/**
 * A classifier out of the store, ready to answer.
 * @throws {UlmfitError} `not-found`, which names those that exist; `corrupt-file` where a file was altered
 */
export async function readClassifier(store: Store, name: string): Promise<Classifier> {
  const { manifest, members: contents, ...content } = await store.models.load(name);
  const { classes, config, members: listed = [] } = manifest;
  if (!contents) return ulmfitClassifier(content, config, classes);
  const [first, ...others] = contents.map((member, index) =>
    ulmfitClassifier(member, listed[index]?.config ?? config, classes),
  );
  return first ? Ensemble.ofEqual([first, ...others]) : ulmfitClassifier(content, config, classes);
}

function ulmfitClassifier(
  { tensors, vocab: itos }: EntryContent,
  config: ModelConfig,
  classes: readonly string[],
): UlmfitClassifier {
  const vocab = Vocab.fromStrings(itos);
  const model = new TextClassifier(classifierConfigOf(config), vocab.size, classes.length, 0);
  assignVariables(model.variables, tensors);
  return new UlmfitClassifier(model, vocab, classes, readsBackwards(config));
}
