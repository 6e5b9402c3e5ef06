import * as tf from '@tensorflow/tfjs-core';
import { concatPool } from '../engine/ops/concatPool';
import { embedding } from '../engine/ops/embedding';
import { UlmfitError } from '../errors';
import type { SavedClassifier } from '../model/savedClassifier';
import type { TextClassifier } from '../model/textClassifier';
import { tokenizeFields } from '../text/tokenize';

/** How much each token of a text had to do with its classification. */
export interface Explanation {
  /** The class that is explained. */
  label: string;
  /** Its probability. */
  probability: number;
  /** The text's tokens, the markers among them; the weight of the most important one is 1. */
  tokens: { token: string; weight: number }[];
}

/**
 * Explains why a classifier gives a text a class: the class with the highest probability, or `label`. Of a text longer
 * than the model pools, the tokens that it pools are explained.
 * @throws {UlmfitError} `bad-setting` for a class that the model does not have
 */
export function explain(
  { model, vocab, classes }: Pick<SavedClassifier, 'model' | 'vocab' | 'classes'>,
  fields: readonly string[],
  label?: string,
): Explanation {
  const wanted = label === undefined ? undefined : classes.indexOf(label);
  if (wanted === -1) {
    throw new UlmfitError(
      'bad-setting',
      `The model has no class “${label ?? ''}”.`,
      `Name one of its classes: ${classes.join(', ')}.`,
    );
  }
  const tokens = tokenizeFields(fields);
  const { classIndex, probability, attention } = intrinsicAttention(
    model,
    vocab.numericalize(tokens),
    wanted,
  );
  const first = tokens.length - attention.length;
  return {
    label: classes[classIndex] ?? '',
    probability,
    tokens: Array.from(attention, (weight, i) => ({ token: tokens[first + i] ?? '', weight })),
  };
}

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
