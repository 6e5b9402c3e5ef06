import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { UlmfitError } from '../errors';
import type { LanguageModelBatch } from '../data/languageModelBatches';
import { activationRegularization } from '../engine/ops/activationRegularization';
import type { LanguageModel } from '../model/languageModel';
import { type NamedTensors, readTensor } from '../model/namedTensors';
import { timeMajorTensor } from '../model/timeMajor';
import type { StoredTensor, TensorMap } from '../store/safetensors';
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

  /** @throws {UlmfitError} `corrupt-file` where it is not that of all layers of this model */
  override restoreHidden(tensors: TensorMap): void {
    const { nLayers, nHid, embSz } = this.model.config;
    if (tensors.size === 0) {
      this.model.state = undefined;
      return;
    }
    const rows = tensors.get('0/h')?.shape[0] ?? 0;
    const read = (layer: number, part: 'h' | 'c') => {
      const tensor = tensors.get(`${layer}/${part}`);
      const columns = layer === nLayers - 1 ? embSz : nHid;
      if (tensor?.shape.length === 2 && tensor.shape[0] === rows && tensor.shape[1] === columns)
        return tensor;
      throw new UlmfitError(
        'corrupt-file',
        `The state of layer ${layer + 1} is not that of this model.`,
        'Use weights that were saved from a model of the same sizes and the same vocabulary.',
      );
    };
    const layers = Array.from({ length: nLayers }, (_, layer) => ({
      h: read(layer, 'h'),
      c: read(layer, 'c'),
    }));
    const tensorOf = ({ data, shape: [height = 0, width = 0] }: StoredTensor) =>
      tf.tensor2d(Float32Array.from(data), [height, width]);
    this.model.state = layers.map(({ h, c }) => ({ h: tensorOf(h), c: tensorOf(c) }));
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
