import {
  type ClassifierEvaluation,
  classifierEvaluation,
  predictionOf,
} from '../training/classifierEvaluation';
import type { Classifier, Fields, PredictOptions } from './classifier';

/** The smallest normal number of 32 bits: a probability of 0 costs much, but not everything. */
const leastProbability = 2 ** -126;

/**
 * How well a classifier answers labelled texts.
 * @param labels the true class of each text
 * @throws {UlmfitError} `cancelled` where `shouldStop` said so
 */
export async function evaluate(
  classifier: Classifier,
  texts: readonly Fields[],
  labels: Int32Array,
  options?: PredictOptions,
): Promise<ClassifierEvaluation> {
  const answers = await classifier.predict(texts, options);
  const losses = answers.map(
    (probabilities, row) => -Math.log(Math.max(probabilities[labels[row] ?? 0] ?? 0, leastProbability)),
  );
  const loss = losses.reduce((sum, each) => sum + each, 0) / answers.length;
  return classifierEvaluation(loss, answers.map(predictionOf), labels, classifier.classes.length);
}
