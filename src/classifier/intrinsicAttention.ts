import * as tf from '@tensorflow/tfjs-core';
import { concatPool } from '../engine/ops/concatPool';
import { embedding } from '../engine/ops/embedding';
import type { TextClassifier } from '../model/textClassifier';

export interface IntrinsicAttention {
  classIndex: number;
  probability: number;
  /** One number for each pooled token, the largest 1. */
  attention: Float32Array;
}

/**
 * fastai's `intrinsic_attention` (text/interpret.py): how strongly the probability of a class depends on the embedding
 * of each token, `Σ_d |∂p/∂e_{t,d}|` over the largest of these. The text is run through in one piece, so that gradients
 * reach its beginning.
 * @param ids the tokens of one text
 * @param classIndex the most probable class where it is left out
 */
export function intrinsicAttention(
  model: TextClassifier,
  ids: Int32Array,
  classIndex?: number,
): IntrinsicAttention {
  return tf.tidy(() => {
    const batch = { ids: tf.tensor2d(ids, [ids.length, 1], 'int32'), lengths: [ids.length] };
    const part = model.pooledPart(batch);
    const { embeddingWeight: weight, config } = model.encoder;
    const embedded = embedding({ ids: part.ids, weight, padId: config.padToken });
    let chosen = classIndex ?? 0;
    const probabilityOf = tf.valueAndGrad((vectors: tf.Tensor) => {
      const { output } = model.encoder.forwardEmbedded(vectors as tf.Tensor3D, part.state);
      const probabilities = tf.softmax(model.head.forward(concatPool(output, part.window), false));
      chosen = classIndex ?? tf.argMax(probabilities, 1).dataSync()[0] ?? 0;
      return tf.slice(tf.reshape(probabilities, [-1]), chosen, 1);
    });
    const { value, grad } = probabilityOf(embedded);
    const sums = tf.sum(tf.abs(grad), [1, 2]);
    const attention = tf.divNoNan(sums, tf.max(sums)).dataSync<'float32'>();
    const start = part.window.start.dataSync()[0] ?? 0;
    return { classIndex: chosen, probability: value.dataSync()[0] ?? NaN, attention: attention.slice(start) };
  });
}
