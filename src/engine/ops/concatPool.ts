import * as tf from '@tensorflow/tfjs-core';
import { hasNativeKernel, runKernel } from './kernel';
import { type TimeWindow, windowMask } from './window';

export const concatPoolKernel = 'UlmfitConcatPool';

/**
 * The concat pooling of ULMFiT (Howard & Ruder 2018 §3.3; order as fastai text/learner.py `masked_concat_pool`):
 * the last step, the maximum and the mean over the steps of each row's window. A row with an empty window gives zeros.
 * @param output `[time, batch, features]`
 * @returns `[batch, 3·features]`
 */
export function concatPool(output: tf.Tensor3D, window: TimeWindow): tf.Tensor2D {
  if (!hasNativeKernel(concatPoolKernel)) return concatPoolReference(output, window);
  return runKernel(concatPoolKernel, { output, start: window.start, end: window.end });
}

export function concatPoolReference(output: tf.Tensor3D, window: TimeWindow): tf.Tensor2D {
  const [time, batch] = output.shape;
  return tf.tidy(() => {
    const mask = windowMask(time, window);
    const count = tf.reshape(tf.sum(mask, 0), [batch, 1]);
    const lastStep = tf.maximum<tf.Tensor1D>(tf.sub(window.end, tf.scalar(1, 'int32')), window.start);
    const isLast = windowMask(time, { start: lastStep, end: window.end });
    const last = tf.sum(tf.mul(output, isLast), 0);
    const lowest = tf.fill(output.shape, -1e30);
    const highest = tf.max(tf.where(tf.broadcastTo(tf.cast(mask, 'bool'), output.shape), output, lowest), 0);
    const max = tf.where(
      tf.broadcastTo(tf.greater(count, 0), highest.shape as [number, number]),
      highest,
      tf.zerosLike(highest),
    );
    const mean = tf.div(tf.sum(tf.mul(output, mask), 0), tf.maximum(count, 1));
    return tf.concat([last, max, mean], 1) as tf.Tensor2D;
  });
}
