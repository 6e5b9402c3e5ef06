import { type ClassificationReport, classificationReport, emptyConfusion } from './metrics';

/** Loss and confusion of a classifier over labelled texts. */
export interface ClassifierEvaluation extends ClassificationReport {
  /** The mean over texts, in nats. */
  loss: number;
  /** What each text was taken for, in the order of the texts. */
  predictions: readonly Prediction[];
}

export interface Prediction {
  /** Class index. */
  readonly predicted: number;
  /** Of that class, 0 to 1. */
  readonly probability: number;
  /** Of each class. */
  readonly probabilities: Float32Array;
}

/** @param probabilities of each class, of one text */
export function predictionOf(probabilities: Float32Array): Prediction {
  let predicted = 0;
  for (let i = 1; i < probabilities.length; i++)
    if ((probabilities[i] ?? 0) > (probabilities[predicted] ?? 0)) predicted = i;
  return { predicted, probability: probabilities[predicted] ?? 0, probabilities };
}

/**
 * @param loss the mean over texts, in nats
 * @param predictions one for each text
 * @param labels the true class of each text
 */
export function classifierEvaluation(
  loss: number,
  predictions: readonly Prediction[],
  labels: Int32Array,
  classes: number,
): ClassifierEvaluation {
  const confusion = emptyConfusion(classes);
  predictions.forEach(({ predicted }, row) => {
    const counts = confusion[labels[row] ?? 0];
    if (counts) counts[predicted] = (counts[predicted] ?? 0) + 1;
  });
  return { loss, predictions, ...classificationReport(confusion) };
}
