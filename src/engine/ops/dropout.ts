import * as tf from '@tensorflow/tfjs-core';
import { type StreamKey, threefry2x32 } from '../../random';
import { hasNativeKernel, runKernel } from './kernel';

export const dropoutKernel = 'UlmfitDropout';

export interface DropoutOptions {
  /** The probability that an element is dropped, 0 ≤ rate < 1. */
  rate: number;
  /** Names the mask: the same key gives the same mask, so a gradient makes it again instead of storing it. */
  key: StreamKey;
  /**
   * The mask's length: element i is multiplied by mask[i mod period]. The size of `x` drops each element by itself;
   * batch·features shares one mask over the steps of a `[time, batch, features]` tensor (fastai's RNNDropout).
   */
  period: number;
}

/** Multiplies by a random mask of 0 and 1 / (1 − rate). */
export function dropout<T extends tf.Tensor>(x: T, options: DropoutOptions): T {
  if (options.rate === 0) return x;
  if (!hasNativeKernel(dropoutKernel)) return dropoutReference(x, options);
  return runKernel(dropoutKernel, { x }, options);
}

export function dropoutReference<T extends tf.Tensor>(x: T, { rate, key, period }: DropoutOptions): T {
  return tf.tidy(() => {
    const mask = tf.tensor2d(dropoutMask(period, rate, key), [1, period]);
    return tf.reshape(tf.mul(tf.reshape(x, [-1, period]), mask), x.shape) as T;
  });
}

/** The mask itself: element j is kept where word j of the stream is at least rate·2³². */
export function dropoutMask(length: number, rate: number, key: StreamKey): Float32Array {
  const threshold = Math.floor(rate * 2 ** 32);
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(length);
  const words = new Uint32Array(2);
  for (let j = 0; j < length; j += 2) {
    threefry2x32(key, j >>> 1, 0, words, 0);
    mask[j] = (words[0] ?? 0) >= threshold ? kept : 0;
    if (j + 1 < length) mask[j + 1] = (words[1] ?? 0) >= threshold ? kept : 0;
  }
  return mask;
}
