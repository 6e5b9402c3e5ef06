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

/** Adds up what a classifier answered about labelled texts. */
export class EvaluationTally {
  readonly #confusion: number[][];
  readonly #predictions: Prediction[] = [];
  #loss = 0;
  #rows = 0;

  constructor(classes: number) {
    this.#confusion = emptyConfusion(classes);
  }

  /**
   * @param index the text's place among all
   * @param label its true class
   * @param probabilities of each class
   */
  add(index: number, label: number, probabilities: Float32Array): void {
    const prediction = predictionOf(probabilities);
    this.#predictions[index] = prediction;
    const counts = this.#confusion[label];
    if (counts) counts[prediction.predicted] = (counts[prediction.predicted] ?? 0) + 1;
    this.#rows++;
  }

  /** @param loss of texts that were added, summed up, in nats */
  addLoss(loss: number): void {
    this.#loss += loss;
  }

  result(): ClassifierEvaluation {
    const report = classificationReport(this.#confusion);
    return { loss: this.#loss / this.#rows, predictions: this.#predictions, ...report };
  }
}
