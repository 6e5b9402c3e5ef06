import { assignVariables } from '../model/namedTensors';
import { checkedClassifier } from '../model/checkedContent';
import { readsBackwards } from '../model/manifestConfig';
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
 * @throws {UlmfitError} `not-found`, which names those that exist; `corrupt-file` where a file was altered or does not fit
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
  content: EntryContent,
  config: ModelConfig,
  classes: readonly string[],
): UlmfitClassifier {
  const checked = checkedClassifier(content, config, classes.length);
  const vocab = Vocab.fromStrings(content.vocab);
  const model = new TextClassifier(checked, vocab.size, classes.length, 0);
  assignVariables(model.variables, content.tensors);
  return new UlmfitClassifier(model, vocab, classes, readsBackwards(config));
}
