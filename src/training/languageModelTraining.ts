import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { LanguageModelBatch } from '../data/languageModelBatches';
import { activationRegularization } from '../engine/ops/activationRegularization';
import type { LanguageModel } from '../model/languageModel';
import { type NamedTensors, readTensor } from '../model/namedTensors';
import { timeMajorTensor } from '../model/timeMajor';
import type { TensorMap } from '../store/safetensors';
import { type BatchLoss, type BatchSource, Learner, type LearnerOptions, type Metrics } from './learner';

/** Fixed batches, all of one size. */
type ValidationBatches = BatchSource<LanguageModelBatch> & { readonly bs: number; readonly bptt: number };

/** Trains a language model to predict the next token. */
export class LanguageModelTraining extends Learner<LanguageModelBatch> {
  constructor(
    override readonly model: LanguageModel,
    train: BatchSource<LanguageModelBatch>,
    private readonly valid: ValidationBatches | undefined,
    options: LearnerOptions = {},
  ) {
    super(model, train, options);
  }

  override resetState(): void {
    this.model.reset();
  }

  override readHidden(): NamedTensors {
    return new Map(
      (this.model.state ?? []).flatMap(({ h, c }, layer) => [
        [`${layer}/h`, readTensor(h)] as const,
        [`${layer}/c`, readTensor(c)] as const,
      ]),
    );
  }

  override restoreHidden(tensors: TensorMap): void {
    const read = (name: string): tf.Tensor2D | undefined => {
      const tensor = tensors.get(name);
      return (
        tensor && tf.tensor2d(Float32Array.from(tensor.data), [tensor.shape[0] ?? 0, tensor.shape[1] ?? 0])
      );
    };
    const layers = Array.from({ length: this.model.config.nLayers }, (_, layer) => {
      const h = read(`${layer}/h`);
      const c = read(`${layer}/c`);
      return h && c ? { h, c } : undefined;
    }).filter((layer) => layer !== undefined);
    this.model.state = layers.length > 0 ? layers : undefined;
  }

  protected override lossOf(batch: LanguageModelBatch): BatchLoss {
    const { bs, bptt } = batch;
    const output = this.model.forward(timeMajorTensor(batch.x, bs, bptt), this.dropoutKeys);
    const { loss } = this.model.crossEntropy(output, targetsOf(batch), this.dropoutKeys);
    const window = {
      start: tf.zeros<tf.Rank.R1>([bs], 'int32'),
      end: tf.fill<tf.Rank.R1>([bs], bptt, 'int32'),
    };
    const regularization = activationRegularization(output, window, { alpha: this.alpha, beta: this.beta });
    return { crossEntropy: loss, regularization, tokens: bs * bptt };
  }

  /** `valid_loss`, `accuracy` of the next token and `perplexity`; nothing where there is no validation set. */
  override async validate(shouldStop?: () => boolean): Promise<Metrics | undefined> {
    if (!this.valid || this.valid.batchesPerEpoch === 0) return {};
    this.resetState();
    let loss = 0;
    let correct = 0;
    for (const batch of this.valid.epoch(0)) {
      const sums = tf.tidy(() => {
        const output = this.model.forward(timeMajorTensor(batch.x, batch.bs, batch.bptt));
        const result = this.model.crossEntropy(output, targetsOf(batch));
        return [result.loss.dataSync()[0] ?? NaN, result.correct.dataSync()[0] ?? NaN] as const;
      });
      loss += sums[0];
      correct += sums[1];
      await setImmediate();
      if (shouldStop?.()) return undefined;
    }
    this.resetState();
    const { batchesPerEpoch, bs, bptt } = this.valid;
    const validLoss = loss / batchesPerEpoch;
    return {
      valid_loss: validLoss,
      accuracy: correct / (batchesPerEpoch * bs * bptt),
      perplexity: Math.exp(validLoss),
    };
  }
}

/** Targets in the order of the model's time-major output, int32 `[time·batch]`. */
function targetsOf({ y, bs, bptt }: LanguageModelBatch): tf.Tensor1D {
  return tf.reshape(timeMajorTensor(y, bs, bptt), [-1]);
}
