import * as tf from '@tensorflow/tfjs-core';
import { dropout } from '../engine/ops/dropout';
import { detach } from '../engine/ops/kernel';
import { RandomStream } from '../random';
import type { DropoutKeys } from './dropoutKeys';
import { constantVariable, uniformVariable } from './initialize';
import { disposeVariables, type NamedVariables } from './namedTensors';

export interface PoolingHeadConfig {
  /** Width of the pooled vector, 3 × embedding. */
  width: number;
  /** Widths of the hidden layers; fastai's `lin_ftrs`, [50]. */
  linFtrs: readonly number[];
  /** Dropout before each linear layer; one more than `linFtrs`. */
  ps: readonly number[];
  classes: number;
}

/** PyTorch's BatchNorm1d. */
const batchNormEps = 1e-5;
const batchNormMomentum = 0.1;

/** One block of the head: batch norm, dropout, linear; a ReLU follows all but the last. */
interface Block {
  gamma: tf.Variable;
  beta: tf.Variable;
  runningMean: tf.Variable;
  runningVariance: tf.Variable;
  weight: tf.Variable;
  bias: tf.Variable;
  rate: number;
}

/** The head of ULMFiT's classifier (fastai text/learner.py `PoolingLinearClassifier`). */
export class PoolingHead {
  readonly #blocks: readonly Block[];

  constructor(config: PoolingHeadConfig, seed: number) {
    const random = RandomStream.named(seed, 'head weights');
    const widths = [config.width, ...config.linFtrs, config.classes];
    this.#blocks = widths.slice(1).map((outputs, index) => {
      const inputs = widths[index] ?? 0;
      const bound = 1 / Math.sqrt(inputs);
      return {
        gamma: constantVariable([inputs], 1),
        beta: constantVariable([inputs], 0),
        runningMean: constantVariable([inputs], 0, false),
        runningVariance: constantVariable([inputs], 1, false),
        weight: uniformVariable([outputs, inputs], bound, random),
        bias: uniformVariable([outputs], bound, random),
        rate: config.ps[index] ?? 0,
      };
    });
  }

  /** The trainable variables, named as fastai names them where every block has its dropout layer (0, 2, 4, 6). */
  get trainable(): NamedVariables {
    return new Map(
      this.#blocks.flatMap((block, index) => [
        [`layers.${4 * index}.weight`, block.gamma] as const,
        [`layers.${4 * index}.bias`, block.beta] as const,
        [`layers.${4 * index + 2}.weight`, block.weight] as const,
        [`layers.${4 * index + 2}.bias`, block.bias] as const,
      ]),
    );
  }

  /** The trainable variables and the running statistics of the batch norms. */
  get variables(): NamedVariables {
    const statistics = this.#blocks.flatMap((block, index) => [
      [`layers.${4 * index}.running_mean`, block.runningMean] as const,
      [`layers.${4 * index}.running_var`, block.runningVariance] as const,
    ]);
    return new Map([...this.trainable, ...statistics]);
  }

  /**
   * @param pooled `[batch, width]`
   * @param training normalises by the batch and moves the running statistics
   * @returns logits `[batch, classes]`
   */
  forward(pooled: tf.Tensor2D, training: boolean, keys?: DropoutKeys): tf.Tensor2D {
    return this.#blocks.reduce((x, block, index) => {
      const normalized = normalize(x, block, training);
      const dropped =
        keys && block.rate > 0
          ? dropout(normalized, { rate: block.rate, key: keys.next(), period: normalized.size })
          : normalized;
      const y = tf.add<tf.Tensor2D>(tf.matMul(dropped, block.weight, false, true), block.bias);
      return index === this.#blocks.length - 1 ? y : tf.relu(y);
    }, pooled);
  }

  dispose(): void {
    disposeVariables(this.variables);
  }
}

function normalize(x: tf.Tensor2D, block: Block, training: boolean): tf.Tensor2D {
  const rows = x.shape[0];
  // PyTorch refuses to normalise a single row by itself; here it goes by the running statistics.
  const byBatch = training && rows > 1;
  const { mean, variance } = byBatch
    ? tf.moments(x, 0)
    : { mean: block.runningMean, variance: block.runningVariance };
  if (byBatch) {
    follow(block.runningMean, detach(mean));
    follow(block.runningVariance, tf.mul(detach(variance), rows / (rows - 1)));
  }
  const scaled = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, batchNormEps)));
  return tf.add<tf.Tensor2D>(tf.mul(scaled, block.gamma), block.beta);
}

function follow(running: tf.Variable, observed: tf.Tensor): void {
  running.assign(tf.add(tf.mul(running, 1 - batchNormMomentum), tf.mul(observed, batchNormMomentum)));
}
