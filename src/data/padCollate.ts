import { UlmfitError } from '../errors';

export interface PadCollateOptions {
  readonly padIdx?: number;
  readonly padFirst?: boolean;
  readonly backwards?: boolean;
}

/**
 * fastai's `pad_collate` (text/data.py) as it is: rows padded to the longest, `[batch, time]` as one array per row.
 * Backwards turns `padFirst` around and then reverses each whole row, so the padding ends up on the same side.
 *
 * Our own batches pad on the right ({@link packRows}), since padding never runs through the LSTM here.
 */
export function padCollate(
  samples: readonly ArrayLike<number>[],
  options: PadCollateOptions = {},
): Int32Array[] {
  const { padIdx = 1, padFirst = true, backwards = false } = options;
  const time = longest(samples);
  return samples.map((sample) => {
    const row = new Int32Array(time).fill(padIdx);
    row.set(sample, padFirst !== backwards ? time - sample.length : 0);
    return backwards ? row.reverse() : row;
  });
}

/** Rows padded on the right to the longest, row-major `[batch, time]`. */
export interface PackedRows {
  readonly ids: Int32Array;
  /** The tokens of each row, without padding. */
  readonly lengths: Int32Array;
  readonly batch: number;
  readonly time: number;
}

/**
 * Packs documents for the classifier; `backwards` reverses the tokens of each (not its padding).
 *
 * @throws UlmfitError 'no-texts' for a document without tokens, which no pooling could summarise.
 */
export function packRows(documents: readonly Int32Array[], padId: number, backwards = false): PackedRows {
  const time = longest(documents);
  const ids = new Int32Array(documents.length * time).fill(padId);
  documents.forEach((document, row) => {
    if (document.length === 0) {
      throw new UlmfitError('no-texts', 'A text has no tokens.', 'Leave texts without any content out.');
    }
    ids.set(backwards ? document.toReversed() : document, row * time);
  });
  const lengths = Int32Array.from(documents, (document) => document.length);
  return { ids, lengths, batch: documents.length, time };
}

function longest(samples: readonly ArrayLike<number>[]): number {
  return samples.reduce((length, sample) => Math.max(length, sample.length), 0);
}
