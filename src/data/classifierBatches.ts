import { RandomStream } from '../random';
import { UlmfitError } from '../errors';
import { packRows, type PackedRows } from './padCollate';
import { sortedOrder, sortishOrder } from './samplers';
import { checkWholeNumber } from './settings';

/** One batch of texts of unequal length, `ids` row-major `[batch, time]`, padded on the right. */
export interface ClassifierBatch extends PackedRows {
  /** Class index per row; absent for texts without labels. */
  readonly labels?: Int32Array;
  /** Which documents these rows are, so that predictions can be put back in order. */
  readonly indices: readonly number[];
}

export interface ClassifierBatchesOptions {
  readonly bs: number;
  /** Training order: a new one each epoch. Without it: longest first, always the same. */
  readonly shuffle?: { readonly seed: number };
  readonly backwards?: boolean;
  /** Id of the padding token; 1 as in every fastai vocab. */
  readonly padId?: number;
}

/**
 * Classifier batches as fastai's loaders (text/data.py) make them: in training `SortishSampler` and whole batches
 * only, the rows left over being others in each epoch; otherwise `SortSampler` and every row. Where there are fewer
 * training rows than `bs`, the one short batch is kept, else nothing would be left to train on.
 */
export class ClassifierBatches {
  readonly bs: number;
  readonly backwards: boolean;
  readonly batchesPerEpoch: number;
  readonly #documents: readonly Int32Array[];
  readonly #labels: Int32Array | undefined;
  readonly #seed: number | undefined;
  readonly #padId: number;

  /**
   * @param labels class index per document, or undefined for texts to be classified
   * @throws UlmfitError 'bad-setting' where `bs` is not a whole number from 1, or labels and documents differ in number
   */
  constructor(
    documents: readonly Int32Array[],
    labels: Int32Array | undefined,
    options: ClassifierBatchesOptions,
  ) {
    this.bs = checkWholeNumber('bs', options.bs, 1);
    if (labels !== undefined && labels.length !== documents.length) {
      throw new UlmfitError(
        'bad-setting',
        `There are ${documents.length} texts but ${labels.length} labels.`,
        'Give one label for each text.',
      );
    }
    this.backwards = options.backwards ?? false;
    this.#documents = documents;
    this.#labels = labels;
    this.#seed = options.shuffle?.seed;
    this.#padId = options.padId ?? 1;
    this.batchesPerEpoch = this.#keepsShortBatch()
      ? Math.ceil(documents.length / this.bs)
      : Math.floor(documents.length / this.bs);
  }

  /** The number of texts. */
  get size(): number {
    return this.#documents.length;
  }

  /** Tokens of the longest text. */
  get longest(): number {
    return this.#documents.reduce((most, { length }) => Math.max(most, length), 0);
  }

  /**
   * The batches of an epoch, from batch `fromBatch` on; their order is a function of (seed, epoch) alone.
   *
   * @throws UlmfitError 'bad-setting' where `epochIndex` or `fromBatch` is not a whole number from 0.
   */
  *epoch(epochIndex = 0, fromBatch = 0): Generator<ClassifierBatch, void, undefined> {
    checkWholeNumber('epoch', epochIndex, 0);
    checkWholeNumber('batch', fromBatch, 0);
    const lengths = this.#documents.map((document) => document.length);
    const order =
      this.#seed === undefined
        ? sortedOrder(lengths)
        : sortishOrder(lengths, this.bs, RandomStream.named(this.#seed, `classifier-order:${epochIndex}`));
    for (let batch = fromBatch; batch < this.batchesPerEpoch; batch++) {
      yield this.#pack(order.slice(batch * this.bs, (batch + 1) * this.bs));
    }
  }

  #pack(indices: readonly number[]): ClassifierBatch {
    const documents = indices.map((index) => this.#documents[index] ?? new Int32Array());
    const packed = packRows(documents, this.#padId, this.backwards);
    const labels = this.#labels;
    return labels === undefined
      ? { ...packed, indices }
      : { ...packed, indices, labels: Int32Array.from(indices, (index) => labels[index] ?? 0) };
  }

  #keepsShortBatch(): boolean {
    return this.#seed === undefined || this.#documents.length < this.bs;
  }
}
