import { predictionOf } from '../training/classifierEvaluation';
import type { Classifier, Fields, PredictOptions } from './classifier';

export interface Classification {
  /** The class with the highest probability. */
  label: string;
  /** By class, in the model's order. */
  probabilities: Map<string, number>;
}

export type ClassifyOptions = PredictOptions;

/**
 * Classifies texts and keeps their order; each gets the answer it would get alone.
 * @throws {UlmfitError} `cancelled` where `shouldStop` said so
 */
export async function classify(
  classifier: Classifier,
  texts: readonly Fields[],
  options?: ClassifyOptions,
): Promise<Classification[]> {
  const { classes } = classifier;
  const answers = await classifier.predict(texts, options);
  return answers.map((probabilities) => ({
    label: classes[predictionOf(probabilities).predicted] ?? '',
    probabilities: new Map(classes.map((name, index) => [name, probabilities[index] ?? 0])),
  }));
}
