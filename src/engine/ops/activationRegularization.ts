import * as tf from '@tensorflow/tfjs-core';
import { hasNativeKernel, runKernel } from './kernel';
import { type TimeWindow, windowMask } from './window';

export const activationRegularizationKernel = 'UlmfitActivationRegularization';

export interface RegularizationFactors {
  /** Of AR, the mean of the squared activations. */
  alpha: number;
  /** Of TAR, the mean of the squared differences from one step to the next. */
  beta: number;
}

/**
 * AR and TAR (Merity et al. 2017 §4.6, as fastai callbacks/rnn.py): `α·mean(h²) + β·mean((h[t+1] − h[t])²)`, means
 * over all elements inside the windows. TAR is left out for a batch of one row, as fastai does, and where no window
 * holds two steps.
 * @param output `[time, batch, features]`
 */
export function activationRegularization(
  output: tf.Tensor3D,
  window: TimeWindow,
  { alpha, beta }: RegularizationFactors,
): tf.Scalar {
  if (!hasNativeKernel(activationRegularizationKernel)) {
    return activationRegularizationReference(output, window, { alpha, beta });
  }
  return runKernel(
    activationRegularizationKernel,
    { output, start: window.start, end: window.end },
    { alpha, beta },
  );
}

export function activationRegularizationReference(
  output: tf.Tensor3D,
  window: TimeWindow,
  { alpha, beta }: RegularizationFactors,
): tf.Scalar {
  const [time, batch, features] = output.shape;
  return tf.tidy(() => {
    const mask = windowMask(time, window);
    const meanOver = (values: tf.Tensor, weights: tf.Tensor) =>
      tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(tf.mul(tf.sum(weights), features), 1));
    const activation = tf.mul(meanOver(tf.square(output), mask), alpha);
    if (batch === 1 || time === 1) return activation as tf.Scalar;
    const steps = [time - 1, batch, -1];
    const difference = tf.sub(tf.slice(output, [1, 0, 0], steps), tf.slice(output, [0, 0, 0], steps));
    const bothInside = tf.mul(tf.slice(mask, [1, 0, 0], steps), tf.slice(mask, [0, 0, 0], steps));
    const temporal = tf.mul(meanOver(tf.square(difference), bothInside), beta);
    return tf.add<tf.Scalar>(activation, temporal);
  });
}
