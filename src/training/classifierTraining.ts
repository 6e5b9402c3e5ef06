import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { ClassifierBatch } from '../data/classifierBatches';
import { activationRegularization } from '../engine/ops/activationRegularization';
import type { TextClassifier } from '../model/textClassifier';
import { type ClassifierEvaluation, EvaluationTally } from './classifierEvaluation';
import { crossEntropy } from './crossEntropy';
import { type BatchLoss, type BatchSource, Learner, type LearnerOptions, type Metrics } from './learner';
import { textBatch } from './textBatch';

export interface ClassifierOptions extends LearnerOptions {
  /**
   * How much a text of each class counts in the training loss, as the `weight` of PyTorch's `CrossEntropyLoss`; all
   * alike if absent. The validation loss is never weighted, so that runs can be compared.
   */
  readonly classWeights?: readonly number[] | undefined;
}

/** Trains a classifier to give texts their labels. */
export class ClassifierTraining extends Learner<ClassifierBatch> {
  constructor(
    override readonly model: TextClassifier,
    train: BatchSource<ClassifierBatch>,
    private readonly valid: BatchSource<ClassifierBatch> | undefined,
    private readonly classes: number,
    private readonly settings: ClassifierOptions = {},
  ) {
    super(model, train, settings);
  }

  /** A classifier carries nothing from batch to batch. */
  override resetState(): void {
    // Nothing to forget.
  }

  protected override lossOf(batch: ClassifierBatch): BatchLoss {
    const { logits, output, window } = this.model.forward(textBatch(batch), true, this.dropoutKeys);
    const regularization = activationRegularization(output, window, { alpha: this.alpha, beta: this.beta });
    const tokens = batch.lengths.reduce((sum, length) => sum + length, 0);
    const { classWeights } = this.settings;
    return { crossEntropy: crossEntropy(logits, batch.labels, classWeights), regularization, tokens };
  }

  #evaluation: ClassifierEvaluation | undefined;

  /** The evaluation behind {@link validated}. */
  get evaluated(): ClassifierEvaluation | undefined {
    return this.validated ? this.#evaluation : undefined;
  }

  get #hasValidation(): boolean {
    return (this.valid?.batchesPerEpoch ?? 0) > 0;
  }

  /** Loss, metrics and confusion on the validation set; undefined where there is none or it was stopped. */
  async evaluate(shouldStop?: () => boolean): Promise<ClassifierEvaluation | undefined> {
    if (!this.valid || !this.#hasValidation) return undefined;
    return evaluateBatches(this.model, this.valid, this.classes, shouldStop);
  }

  /** `valid_loss`, `accuracy` and `macro_f1`; nothing where there is no validation set. */
  override async validate(shouldStop?: () => boolean): Promise<Metrics | undefined> {
    if (!this.#hasValidation) return {};
    const evaluation = await this.evaluate(shouldStop);
    if (!evaluation) return undefined;
    this.#evaluation = evaluation;
    const { loss, accuracy, macroF1 } = evaluation;
    return { valid_loss: loss, accuracy, macro_f1: macroF1 };
  }
}

/**
 * Runs a classifier over labelled batches. The loss is the mean over texts, in nats; undefined where it was stopped.
 */
async function evaluateBatches(
  model: TextClassifier,
  batches: BatchSource<ClassifierBatch>,
  classes: number,
  shouldStop?: () => boolean,
): Promise<ClassifierEvaluation | undefined> {
  const tally = new EvaluationTally(classes);
  for (const batch of batches.epoch(0)) {
    const probabilities = tf.tidy(() => {
      const { logits } = model.forward(textBatch(batch), false);
      tally.addLoss((crossEntropy(logits, batch.labels).dataSync()[0] ?? NaN) * batch.batch);
      return tf.softmax(logits).dataSync<'float32'>();
    });
    batch.indices.forEach((index, row) => {
      tally.add(index, batch.labels?.[row] ?? 0, probabilities.slice(row * classes, (row + 1) * classes));
    });
    await setImmediate();
    if (shouldStop?.()) return undefined;
  }
  return tally.result();
}
