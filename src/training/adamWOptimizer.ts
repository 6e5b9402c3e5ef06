import * as tf from '@tensorflow/tfjs-core';
import { adamW } from '../engine/ops/adamW';
import { constantVariable } from '../model/initialize';
import { groupIndexes, type LayerGroups, trainableVariables } from '../model/layerGroups';
import {
  assignVariables,
  type NamedTensors,
  type NamedVariables,
  readVariables,
} from '../model/namedTensors';
import type { TensorMap } from '../store/safetensors';
import type { HyperParameters } from './schedule';

export interface AdamWOptimizerOptions {
  /** Decoupled weight decay of everything that trains, biases and norms too, as fastai does for text models. */
  readonly wd?: number;
  readonly beta2?: number;
  readonly eps?: number;
  /** Gradients are scaled down to this global norm where they exceed it; off when left out. */
  readonly clip?: number | undefined;
}

interface Slot {
  parameter: tf.Variable;
  mean: tf.Variable;
  variance: tf.Variable;
  group: number;
}

/** AdamW over the trainable layer groups. Freezing makes a new one, as in fastai: the moments start again. */
export class AdamWOptimizer {
  readonly trainable: NamedVariables;
  step = 0;
  wd: number;
  clip: number | undefined;
  readonly #slots = new Map<string, Slot>();
  readonly #beta2: number;
  readonly #eps: number;

  /** @param freezeTo the first layer group that trains; negative counts from the top */
  constructor(
    groups: LayerGroups,
    readonly freezeTo: number,
    { wd = 0.01, beta2 = 0.99, eps = 1e-8, clip }: AdamWOptimizerOptions = {},
  ) {
    this.trainable = trainableVariables(groups, freezeTo);
    this.wd = wd;
    this.#beta2 = beta2;
    this.#eps = eps;
    this.clip = clip;
    const group = groupIndexes(groups);
    for (const [name, parameter] of this.trainable) {
      const zeros = () => constantVariable([...parameter.shape], 0, false);
      this.#slots.set(name, { parameter, mean: zeros(), variance: zeros(), group: group.get(name) ?? 0 });
    }
  }

  /**
   * Changes every trainable variable by its gradient.
   * @param gradients by the variables' own names in the engine
   */
  apply(gradients: tf.NamedTensorMap, { lr, momentum }: HyperParameters): void {
    this.step++;
    const gradientScale = this.clip === undefined ? 1 : clipScale(gradients, this.clip);
    for (const { parameter, mean, variance, group } of this.#slots.values()) {
      const gradient = gradients[parameter.name];
      if (!gradient) continue;
      adamW({ parameter, mean, variance }, gradient, {
        lr: lr[group] ?? 0,
        beta1: momentum,
        beta2: this.#beta2,
        eps: this.#eps,
        weightDecay: this.wd,
        step: this.step,
        gradientScale,
      });
    }
  }

  /** The moments, as `mean/<name>` and `variance/<name>`. */
  readMoments(): NamedTensors {
    return readVariables(this.#moments);
  }

  /** @throws {UlmfitError} `corrupt-file` where one is missing or has another shape; then nothing was changed */
  restoreMoments(tensors: TensorMap): void {
    assignVariables(this.#moments, tensors);
  }

  get #moments(): NamedVariables {
    return new Map(
      [...this.#slots].flatMap(([name, { mean, variance }]) => [
        [`mean/${name}`, mean] as const,
        [`variance/${name}`, variance] as const,
      ]),
    );
  }

  dispose(): void {
    for (const { mean, variance } of this.#slots.values()) {
      mean.dispose();
      variance.dispose();
    }
  }
}

/** PyTorch's `clip_grad_norm_`. */
function clipScale(gradients: tf.NamedTensorMap, clip: number): number {
  // All sums are read together, because each reading waits for a graphics card to finish.
  const squares = tf.tidy(() =>
    tf.stack(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))).dataSync<'float32'>(),
  );
  const norm = Math.sqrt(squares.reduce((total, square) => total + square, 0));
  return Math.min(1, clip / (norm + 1e-6));
}
