import * as tf from '@tensorflow/tfjs-core';
import { hasNativeKernel, isRecordingGradient, runKernelWithOutputs } from './kernel';

export const linearCrossEntropyKernel = 'UlmfitLinearCrossEntropy';

export interface LinearCrossEntropyInputs {
  /** `[rows, width]` */
  hidden: tf.Tensor2D;
  /** `[classes, width]`; for a language model the tied embedding matrix. */
  weight: tf.Tensor2D;
  /** `[classes]` */
  bias: tf.Tensor1D;
  /** The right class of each row, int32 `[rows]`. */
  targets: tf.Tensor1D;
}

export interface LinearCrossEntropyOutputs {
  /** Mean cross-entropy over all rows, in nats. */
  loss: tf.Scalar;
  /**
   * How many rows have their largest logit at the target; no gradient. While a gradient is recorded it may be NaN: counting
   * takes time, and training does not ask.
   */
  correct: tf.Scalar;
}

/**
 * A linear layer and the cross-entropy of its logits in one operation, so that a kernel need never hold the logits
 * `[rows, classes]` (for a language model, 4,480 × 30,000) as a whole.
 */
export function linearCrossEntropy(inputs: LinearCrossEntropyInputs): LinearCrossEntropyOutputs {
  if (!hasNativeKernel(linearCrossEntropyKernel)) return linearCrossEntropyReference(inputs);
  const { hidden, weight, bias, targets } = inputs;
  const outputs = runKernelWithOutputs(
    linearCrossEntropyKernel,
    { hidden, weight, bias, targets },
    { withGradient: isRecordingGradient() },
  );
  return { loss: outputs[0] as tf.Scalar, correct: outputs[1] as tf.Scalar };
}

export function linearCrossEntropyReference(inputs: LinearCrossEntropyInputs): LinearCrossEntropyOutputs {
  const { hidden, weight, bias, targets } = inputs;
  return tf.tidy(() => {
    const logits = tf.add(tf.matMul(hidden, weight, false, true), bias);
    const chosen = tf.oneHot(targets, weight.shape[0]);
    const loss = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), chosen), 1)));
    const correct = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), targets), 'float32'));
    return { loss: loss as tf.Scalar, correct: correct as tf.Scalar };
  });
}
