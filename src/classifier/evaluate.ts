import { type ClassifierEvaluation, EvaluationTally } from '../training/classifierEvaluation';
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
  const tally = new EvaluationTally(classifier.classes.length);
  const answers = await classifier.predict(texts, options);
  answers.forEach((probabilities, row) => {
    const label = labels[row] ?? 0;
    tally.add(row, label, probabilities);
    tally.addLoss(-Math.log(Math.max(probabilities[label] ?? 0, leastProbability)));
  });
  return tally.result();
}
