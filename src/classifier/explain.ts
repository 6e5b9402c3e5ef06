import { UlmfitError } from '../errors';
import { predictionOf } from '../training/classifierEvaluation';
import type { Classifier, Fields } from './classifier';

/** How much each token of a text had to do with its classification. */
export interface Explanation {
  /** The class that is explained. */
  label: string;
  /** The probability of each class, in the model's order. */
  probabilities: readonly number[];
  /** Of the class that is explained. */
  probability: number;
  /** The tokens that the model looks at, markers among them; the weight of the most important one is 1. */
  tokens: { token: string; weight: number }[];
}

/**
 * Explains why a classifier gives a text a class: the class with the highest probability, or `label`. Of a text longer
 * than the model looks at, the tokens that it looks at are explained: the last ones, or the first where it reads backwards.
 * @throws {UlmfitError} `bad-setting` for a class that the model does not have, or a model that cannot explain itself
 */
export async function explain(classifier: Classifier, text: Fields, label?: string): Promise<Explanation> {
  const { classes } = classifier;
  const wanted = label === undefined ? undefined : classes.indexOf(label);
  if (wanted === -1) {
    throw new UlmfitError(
      'bad-setting',
      `The model has no class “${label ?? ''}”.`,
      `Name one of its classes: ${classes.join(', ')}.`,
    );
  }
  if (!classifier.explain) {
    throw new UlmfitError(
      'bad-setting',
      'This kind of model cannot say which words spoke for its answer.',
      'Use its answers without words.',
    );
  }
  const [probabilities = new Float32Array()] = await classifier.predict([text]);
  const classIndex = wanted ?? predictionOf(probabilities).predicted;
  const { tokens, weights, start, end } = await classifier.explain(text, classIndex);
  const largest = Math.max(...weights, Number.MIN_VALUE);
  return {
    label: classes[classIndex] ?? '',
    probabilities: [...probabilities],
    probability: probabilities[classIndex] ?? 0,
    tokens: tokens
      .slice(start, end)
      .map((token, i) => ({ token, weight: (weights[start + i] ?? 0) / largest })),
  };
}
