import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { ClassifierBatches } from '../data/classifierBatches';
import { UlmfitError } from '../errors';
import type { TextClassifier } from '../model/textClassifier';
import { tokenizeFields } from '../text/tokenize';
import type { Vocab } from '../text/vocab';
import { textBatch } from '../training/textBatch';
import type { Classifier, Fields, PredictOptions, Probabilities, TokenWeights } from './classifier';
import { intrinsicAttention } from './intrinsicAttention';

/** Milliseconds of tokenising between two looks at what else there is to do. */
const longestWithoutRest = 50;

/** An AWD-LSTM with a pooling head. */
export class UlmfitClassifier implements Classifier {
  /** @param backwards it reads texts from their end */
  constructor(
    readonly model: TextClassifier,
    readonly vocab: Vocab,
    readonly classes: readonly string[],
    readonly backwards: boolean,
  ) {}

  async predict(
    texts: readonly Fields[],
    { bs = 32, onProgress, shouldStop }: PredictOptions = {},
  ): Promise<Probabilities[]> {
    const documents = await this.#numericalized(texts, shouldStop);
    const batches = new ClassifierBatches(documents, undefined, { bs, backwards: this.backwards });
    const answers = new Array<Probabilities>(texts.length);
    const count = this.classes.length;
    let done = 0;
    for (const batch of batches.epoch()) {
      refuseIfStopped(shouldStop);
      const probabilities = tf.tidy(() =>
        tf.softmax(this.model.forward(textBatch(batch), false).logits).dataSync<'float32'>(),
      );
      batch.indices.forEach((index, row) => {
        answers[index] = probabilities.slice(row * count, (row + 1) * count);
      });
      done += batch.batch;
      onProgress?.(done);
      await setImmediate();
    }
    return answers;
  }

  /** By fastai's intrinsic attention. Of a text longer than the model pools, the tokens that it pools have weights. */
  explain(text: Fields, classIndex: number): Promise<TokenWeights> {
    const tokens = tokenizeFields(text);
    const ids = this.vocab.numericalize(tokens);
    const read = this.backwards ? ids.toReversed() : ids;
    const { attention } = intrinsicAttention(this.model, read, classIndex);
    const start = this.backwards ? 0 : ids.length - attention.length;
    const weights = new Float32Array(ids.length);
    weights.set(this.backwards ? attention.toReversed() : attention, start);
    return Promise.resolve({ tokens, weights, start, end: start + attention.length });
  }

  dispose(): void {
    this.model.dispose();
  }

  async #numericalized(texts: readonly Fields[], shouldStop: PredictOptions['shouldStop']) {
    const documents: Int32Array[] = [];
    let rested = performance.now();
    for (const fields of texts) {
      documents.push(this.vocab.numericalize(tokenizeFields(fields)));
      if (performance.now() - rested < longestWithoutRest) continue;
      await setImmediate();
      rested = performance.now();
      refuseIfStopped(shouldStop);
    }
    return documents;
  }
}

function refuseIfStopped(shouldStop: PredictOptions['shouldStop']): void {
  if (!shouldStop?.()) return;
  throw new UlmfitError('cancelled', 'Classifying was stopped.', 'Start it again to get all answers.');
}
