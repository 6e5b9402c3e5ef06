import * as tf from '@tensorflow/tfjs-core';
import { hasNativeKernel, runKernelWithOutputs } from './kernel';

export const adamWKernel = 'UlmfitAdamW';

/** A trainable tensor with its Adam moments; all three are changed in place. */
export interface AdamWSlot {
  parameter: tf.Variable;
  /** First moment, m. */
  mean: tf.Variable;
  /** Second moment, v. */
  variance: tf.Variable;
}

export interface AdamWOptions {
  lr: number;
  /** β1, which fastai calls momentum. */
  beta1: number;
  beta2: number;
  eps: number;
  /** Decoupled: the parameter shrinks by `1 − weightDecay·lr` before the Adam step. */
  weightDecay: number;
  /** How many steps this parameter has taken, this one included; for the bias corrections. */
  step: number;
  /** The gradient is multiplied by this first (gradient clipping); 1 leaves it. */
  gradientScale: number;
}

/**
 * One step of Adam with decoupled weight decay, in the order of fastai 1.0.61 (callback.py `OptimWrapper.step`, torch's
 * Adam): `p ← p·(1 − wd·lr)`; `m ← β1·m + (1−β1)·g`; `v ← β2·v + (1−β2)·g²`;
 * `p ← p − lr/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + eps)`.
 */
export function adamW(slot: AdamWSlot, gradient: tf.Tensor, options: AdamWOptions): void {
  if (!hasNativeKernel(adamWKernel)) {
    adamWReference(slot, gradient, options);
    return;
  }
  const { parameter, mean, variance } = slot;
  runKernelWithOutputs(adamWKernel, { parameter, mean, variance, gradient }, options);
}

export function adamWReference(slot: AdamWSlot, gradient: tf.Tensor, options: AdamWOptions): void {
  const { parameter, mean, variance } = slot;
  const { lr, beta1, beta2, eps, weightDecay, step, gradientScale } = options;
  tf.tidy(() => {
    const g = tf.mul(gradient, gradientScale);
    mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(g, 1 - beta1)));
    variance.assign(tf.add(tf.mul(variance, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const denominator = tf.add(tf.div(tf.sqrt(variance), Math.sqrt(1 - beta2 ** step)), eps);
    const change = tf.mul(tf.div(mean, denominator), lr / (1 - beta1 ** step));
    parameter.assign(tf.sub(tf.mul(parameter, 1 - weightDecay * lr), change));
  });
}
