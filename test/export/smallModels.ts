/** Models for the checks with other libraries: small, with all layers, and no weight left at a round value. */
import { RandomStream } from '../../src/random';
import { classifierConfig, languageModelConfig } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import { assignVariables, type NamedVariables, readVariables } from '../../src/model/namedTensors';
import { classifierHeadDefaults, TextClassifier } from '../../src/model/textClassifier';
import { specialTokens } from '../../src/text/specialTokens';
import { Vocab } from '../../src/text/vocab';

const sizes = { embSz: 20, nHid: 24, nLayers: 3 } as const;

export const smallVocab = Vocab.fromStrings([
  ...specialTokens,
  ...Array.from({ length: 40 - specialTokens.length }, (_, i) =>
    i === 3 ? '\n ' : i === 4 ? 'größe😀' : `w${i}`,
  ),
]);
export const smallClasses = ['bug', 'Frage', '質問'];

export function smallLanguageModel(seed: number): LanguageModel {
  const model = new LanguageModel({ ...languageModelConfig, ...sizes }, smallVocab.size, seed);
  roughen(model.variables, seed);
  return model;
}

export function smallClassifier(
  seed: number,
  settings: { bptt?: number; maxLen?: number } = {},
): TextClassifier {
  const config = { ...classifierConfig, ...classifierHeadDefaults, ...sizes, ...settings };
  const model = new TextClassifier(config, smallVocab.size, smallClasses.length, seed);
  roughen(model.variables, seed);
  return model;
}

/** Texts of these lengths. */
export function smallTexts(lengths: readonly number[], seed = 1): Int32Array[] {
  return lengths.map((length) => {
    const random = RandomStream.named(seed, `text of ${length}`);
    return Int32Array.from({ length }, (_, t) => (t === 0 ? 2 : 9 + random.integer(smallVocab.size - 9)));
  });
}

/** Larger weights than those of a new model, so that answers differ; variances stay positive. */
function roughen(variables: NamedVariables, seed: number): void {
  const tensors = readVariables(variables);
  for (const [name, { data }] of tensors) {
    const random = RandomStream.named(seed, name);
    data.forEach((value, i) => {
      const noise = random.uniform() * 2 - 1;
      data[i] = name.endsWith('running_var') ? 0.02 + Math.abs(noise) / 10 : 1.5 * value + noise / 5;
    });
  }
  assignVariables(variables, tensors);
}
