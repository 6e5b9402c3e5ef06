import { RandomStream } from '../random';
import { UlmfitError } from '../errors';
import { checkWholeNumber } from './settings';

/** Inputs and targets of one step, both row-major `[bs, bptt]`; `y` is `x` read one token further on. */
export interface LanguageModelBatch {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly bs: number;
  readonly bptt: number;
}

export interface LanguageModelBatchesOptions {
  readonly bs: number;
  readonly bptt: number;
  /** Reads the whole stream from its end: order of documents and order of tokens. */
  readonly backwards?: boolean;
  /** Puts the documents in a new order at every epoch; without it the order is the one given, always. */
  readonly shuffle?: { readonly seed: number };
}

/**
 * Language-model batches as fastai's `LanguageModelPreLoader` (text/data.py) makes them.
 *
 * All documents are one circular stream of N tokens. Row i of a batch starts at offset `floor(i·N/bs)` and each step
 * reads on where the last one stopped, so the state of a row carries over from batch to batch. Every batch is exactly
 * `[bs, bptt]`: at the end of the epoch rows read on into the next row's region, and the last one wraps to the head.
 *
 * The order of the documents in an epoch is a function of (seed, epoch) alone, so a run can resume at any batch.
 */
export class LanguageModelBatches {
  readonly bs: number;
  readonly bptt: number;
  readonly backwards: boolean;
  /** N, the tokens in all documents. */
  readonly tokenCount: number;
  /** `ceil(N / (bs·bptt))`; 0 without documents. */
  readonly batchesPerEpoch: number;
  readonly #documents: readonly Int32Array[];
  readonly #seed: number | undefined;

  /** @throws UlmfitError 'bad-setting' where `bs` or `bptt` is not a whole number from 1. */
  constructor(documents: readonly Int32Array[], options: LanguageModelBatchesOptions) {
    this.bs = checkWholeNumber('bs', options.bs, 1);
    this.bptt = checkWholeNumber('bptt', options.bptt, 1);
    this.backwards = options.backwards ?? false;
    this.#documents = documents;
    this.#seed = options.shuffle?.seed;
    this.tokenCount = documents.reduce((sum, document) => sum + document.length, 0);
    this.batchesPerEpoch = Math.ceil(this.tokenCount / (this.bs * this.bptt));
  }

  /**
   * The batches of an epoch, from batch `fromBatch` on. Each batch has its own arrays.
   *
   * @throws UlmfitError 'bad-setting' where `epochIndex` or `fromBatch` is not a whole number from 0.
   */
  *epoch(epochIndex: number, fromBatch = 0): Generator<LanguageModelBatch, void, undefined> {
    checkWholeNumber('epoch', epochIndex, 0);
    checkWholeNumber('batch', fromBatch, 0);
    if (fromBatch >= this.batchesPerEpoch) return;
    const stream = this.#stream(epochIndex);
    for (let batch = fromBatch; batch < this.batchesPerEpoch; batch++) yield this.#read(stream, batch);
  }

  /** The same texts in other batches. @throws UlmfitError as the constructor */
  resized(bs: number, bptt: number): LanguageModelBatches {
    const shuffle = this.#seed === undefined ? {} : { shuffle: { seed: this.#seed } };
    return new LanguageModelBatches(this.#documents, { bs, bptt, backwards: this.backwards, ...shuffle });
  }

  #read(stream: Int32Array, batch: number): LanguageModelBatch {
    const { bs, bptt, tokenCount } = this;
    const x = new Int32Array(bs * bptt);
    const y = new Int32Array(bs * bptt);
    for (let row = 0; row < bs; row++) {
      let at = (Math.floor((row * tokenCount) / bs) + batch * bptt) % tokenCount;
      for (let time = 0; time < bptt; time++) {
        x[row * bptt + time] = stream[at] ?? 0;
        at = at + 1 === tokenCount ? 0 : at + 1;
        y[row * bptt + time] = stream[at] ?? 0;
      }
    }
    return { x, y, bs, bptt };
  }

  /** The tokens of all documents in this epoch's order, in reading direction. */
  #stream(epochIndex: number): Int32Array {
    const order =
      this.#seed === undefined
        ? this.#documents
        : RandomStream.named(this.#seed, `language-model-order:${epochIndex}`).shuffled(this.#documents);
    const stream = new Int32Array(this.tokenCount);
    let end = 0;
    for (const document of order) {
      stream.set(document, end);
      end += document.length;
    }
    return this.backwards ? stream.reverse() : stream;
  }
}

/** @throws UlmfitError 'too-few-rows' where there is nothing to predict: a stream of fewer than two tokens. */
export function checkEnoughTokens(batches: LanguageModelBatches): void {
  if (batches.tokenCount < 2) {
    throw new UlmfitError(
      'too-few-rows',
      'The training texts have fewer than two tokens between them, so there is no next word to learn.',
      'Give more or longer texts.',
    );
  }
}
