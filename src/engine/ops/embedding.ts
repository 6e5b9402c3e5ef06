import * as tf from '@tensorflow/tfjs-core';
import { detach, hasNativeKernel, runKernel } from './kernel';

export const embeddingKernel = 'UlmfitEmbedding';

export interface EmbeddingInputs {
  /** Token ids, int32 `[time, batch]`. */
  ids: tf.Tensor2D;
  /** The embedding matrix `[vocab, embedding]`. */
  weight: tf.Tensor2D;
  /** Embedding dropout: a factor for each word type `[vocab]`, 0 or 1 / (1 − rate); left out in evaluation. */
  rowScale?: tf.Tensor1D | undefined;
  /** The padding word: looking it up sends no gradient to its row (PyTorch's `padding_idx`). */
  padId: number;
}

/**
 * Looks up embedding vectors, with fastai's EmbeddingDropout (text/models/awd_lstm.py): a word type is dropped as a
 * whole, everywhere in the batch.
 * @returns `[time, batch, embedding]`
 */
export function embedding(inputs: EmbeddingInputs): tf.Tensor3D {
  if (!hasNativeKernel(embeddingKernel)) return embeddingReference(inputs);
  const { ids, weight, rowScale, padId } = inputs;
  // A kernel always gets the three tensors, so that its gradient can save them; a scalar stands for no dropout.
  return tf.tidy(() =>
    runKernel(embeddingKernel, { ids, weight, rowScale: rowScale ?? tf.scalar(1) }, { padId }),
  );
}

export function embeddingReference({ ids, weight, rowScale, padId }: EmbeddingInputs): tf.Tensor3D {
  return tf.tidy(() => {
    const isPad = tf.reshape(
      tf.cast(tf.oneHot(tf.scalar(padId, 'int32'), weight.shape[0]), 'float32'),
      [-1, 1],
    );
    const table = tf.add(tf.mul(weight, tf.sub(1, isPad)), tf.mul(detach(weight), isPad));
    const scaled = rowScale ? tf.mul(table, tf.reshape(rowScale, [-1, 1])) : table;
    return tf.gather(scaled, ids) as tf.Tensor3D;
  });
}
