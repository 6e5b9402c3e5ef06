import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../random';
import type { LanguageModel } from '../model/languageModel';
import { decodeSpecialTokens } from '../text/decodeSpecialTokens';
import { bosId } from '../text/specialTokens';
import { tokenizeFields } from '../text/tokenize';
import type { Vocab } from '../text/vocab';
import { draw, type SamplingOptions, samplingWeights } from './sampling';

export interface GenerateOptions extends SamplingOptions {
  /** The same seed gives the same text. */
  readonly seed?: number;
  /** Between words of the result. */
  readonly sep?: string;
  /** For a model that reads backwards: the new words stand before the text. */
  readonly backwards?: boolean;
  /** Asked before each word. */
  readonly shouldStop?: () => boolean;
}

/**
 * Continues a text by `words` tokens; markers such as `xxmaj` count (fastai's `learn.predict`).
 * @returns the text as it was given and the new words after it; before it with `backwards`
 */
export async function generate(
  model: LanguageModel,
  vocab: Vocab,
  text: string,
  words: number,
  { seed = 0, sep = ' ', backwards = false, shouldStop, ...sampling }: GenerateOptions = {},
): Promise<string> {
  const random = RandomStream.named(seed, 'generate');
  const tokens: number[] = [];
  let next: readonly number[] = promptIds(vocab, text, backwards);
  model.reset();
  for (let word = 0; word < words && !shouldStop?.(); word++) {
    const logits = nextLogits(model, [next]);
    const token = draw(samplingWeights(logits, sampling), random.uniform());
    tokens.push(token);
    next = [token];
    await setImmediate();
  }
  model.reset();
  return withNewWords(text, vocab.tokensOf(tokens), backwards).join(sep);
}

/**
 * The ids of a text that is to be continued. Backwards it is read from its end, after the `xxbos` that a language model
 * read backwards sees there: that of the text which followed. (fastai 1 feeds such a model the text as it stands.)
 */
export function promptIds(vocab: Vocab, text: string, backwards: boolean): number[] {
  const [first = bosId, ...rest] = vocab.numericalize(tokenizeFields([text]));
  return [first, ...(backwards ? rest.reverse() : rest)];
}

/** A text and the words made from new tokens, in the order of reading; `tokens` are in the order in which they came. */
export function withNewWords(text: string, tokens: readonly string[], backwards: boolean): string[] {
  return backwards
    ? [...decodeSpecialTokens(tokens.toReversed()), text]
    : [text, ...decodeSpecialTokens(tokens)];
}

/**
 * Feeds each row's tokens, all rows as long as the first, and returns the logits after the last one.
 * @returns `[rows·vocab]`
 */
export function nextLogits(model: LanguageModel, rows: readonly (readonly number[])[]): Float32Array {
  return tf.tidy(() => {
    const time = rows[0]?.length ?? 0;
    const ids = tf.transpose(tf.tensor2d(rows.flat(), [rows.length, time], 'int32'));
    const output = model.forward(ids);
    const last = tf.reshape(tf.slice(output, [time - 1, 0, 0], [1, rows.length, -1]), [rows.length, -1]);
    return model.logits(last as tf.Tensor2D).dataSync<'float32'>();
  });
}
