/** For tests: models that are small, and whose numbers are not the same anywhere. */
import { RandomStream } from '../../random';
import { classifierConfig, languageModelConfig } from '../../model/awdLstmConfig';
import type { NamedTensors } from '../../model/namedTensors';
import { toClassifierManifestConfig, toManifestConfig } from '../../model/manifestConfig';
import { classifierHeadDefaults } from '../../model/textClassifier';
import { classifierShapes, languageModelShapes } from '../../model/weightShapes';
import type { Store } from '../../store/store';
import { specialTokens } from '../../text/specialTokens';

export const smallSizes = { embSz: 6, nHid: 10, nLayers: 2 } as const;
const lineage = {};
const metrics = { valid_loss: 2.5 };

export function smallVocab(words: number): string[] {
  return [...specialTokens, ...Array.from({ length: words - specialTokens.length }, (_, i) => `word${i}`)];
}

export async function saveSmallEncoder(store: Store, name: string, words = 40): Promise<void> {
  const config = { ...languageModelConfig, ...smallSizes };
  const tensors = randomTensors(languageModelShapes(config, words), name);
  const facts = { config: toManifestConfig(config), lineage, metrics };
  await store.encoders.save(name, facts, { tensors, vocab: smallVocab(words) });
}

export async function saveSmallModel(store: Store, name: string, classes = ['a', 'b', 'c']): Promise<void> {
  const config = { ...classifierConfig, ...classifierHeadDefaults, ...smallSizes };
  const widths = [3 * config.embSz, ...config.linFtrs, classes.length];
  const tensors = randomTensors(classifierShapes(config, 40, widths), name);
  const facts = { config: toClassifierManifestConfig(config), lineage, metrics, classes };
  await store.models.save(name, facts, { tensors, vocab: smallVocab(40) });
}

function randomTensors(shapes: Iterable<readonly [string, readonly number[]]>, seed: string): NamedTensors {
  const tensors: NamedTensors = new Map();
  for (const [name, shape] of shapes) {
    const random = RandomStream.named(7, `${seed} ${name}`);
    const length = shape.reduce((product, size) => product * size, 1);
    tensors.set(name, { shape, data: Float32Array.from({ length }, () => random.integer(1000) / 1000) });
  }
  return tensors;
}
