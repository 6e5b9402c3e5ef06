import { join } from 'node:path';
import { UlmfitError } from '../errors';
import type { Vocab } from '../text/vocab';
import { readRows, type ReadOptions, type ReadResult } from './readRows';
import { fromCsvValidCount, splitRows } from './splitRows';
import type { RowIssue, TextRow } from './textRow';
import type { TokenizeSettings } from './tokenizeRows';

/** What both data bunches can be told; the defaults are those of fastai's `TextDataBunch` factories. */
export interface DataBunchSettings extends TokenizeSettings {
  /** The vocabulary to use; without it one is made from the training texts. */
  readonly vocab?: Vocab;
  /** Texts (or rows of the token stream) in a batch. Default 64. */
  readonly bs?: number;
  /** Decides the order of training batches, and the split. Default 42. */
  readonly seed?: number;
  readonly backwards?: boolean;
  /** Default 60,000. */
  readonly maxVocab?: number;
  /** How often a token must occur in the training texts to be in the vocabulary. Default 2. */
  readonly minFreq?: number;
}

export const defaultSeed = 42;
export const defaultBatchSize = 64;

export interface FromCsvSettings extends ReadOptions {
  /** A file to validate on; without it rows are drawn. */
  readonly valid?: string;
  /** Share of the rows to validate on where there is no file for it. Default 0.2. */
  readonly validPct?: number;
  readonly seed?: number;
}

export interface TrainAndValidRows {
  readonly train: readonly TextRow[];
  readonly valid: readonly TextRow[];
  readonly issues: readonly RowIssue[];
}

/** Reads and splits as `from_csv` does: `int(0.2·n) + 1` rows for validation, here with every class at its share. */
export async function readCsvSplit(file: string, settings: FromCsvSettings): Promise<TrainAndValidRows> {
  const { validPct = 0.2, seed = defaultSeed } = settings;
  const { rows, issues } = await readRows([file], settings);
  if (settings.valid !== undefined) {
    const valid = await readRows([settings.valid], settings);
    return { train: rows, valid: valid.rows, issues: issues.concat(valid.issues) };
  }
  const validCount = fromCsvValidCount(rows.length, validPct);
  return { ...splitRows(rows, { validPct, seed, validCount }), issues };
}

export interface FromFolderSettings {
  /** Name of the folder with training texts. Default `train`. */
  readonly train?: string;
  /** Name of the folder with validation texts. Default `valid`. */
  readonly valid?: string;
  readonly encoding?: string;
}

/** Reads `<folder>/train` and `<folder>/valid`, as `from_folder` does. */
export async function readFolderSplit(
  folder: string,
  settings: FromFolderSettings,
  labelColumn?: null,
): Promise<TrainAndValidRows> {
  const { train = 'train', valid = 'valid', encoding } = settings;
  const read = (name: string): Promise<ReadResult> =>
    readRows([join(folder, name)], { encoding, labelColumn });
  const [training, validation] = [await read(train), await read(valid)];
  return {
    train: training.rows,
    valid: validation.rows,
    issues: training.issues.concat(validation.issues),
  };
}

/** @throws UlmfitError 'too-few-rows' for an empty training set */
export function checkSomeRows(train: readonly TextRow[], what: string): void {
  if (train.length === 0) {
    throw new UlmfitError(
      'too-few-rows',
      `There are no ${what} to train on.`,
      'Give more rows, or validate on fewer of them.',
    );
  }
}
