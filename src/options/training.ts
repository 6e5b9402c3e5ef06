import * as v from 'valibot';
import { setting } from './setting';
import { amount, count, fraction, name, path, paths, positive } from './values';

/** Settings that every training has. */
const columns = v.pipe(v.array(name), v.minLength(1), v.maxLength(1000));
const batchSize = v.union([v.literal('auto'), v.pipe(positive, v.maxValue(65_536))]);

export const replace = setting(
  v.optional(v.boolean(), false),
  'Replaces what has the name now, when the run is done; else a taken name is refused.',
);
export const data = setting(paths, 'Files (CSV, TSV, JSONL, TXT) and folders of text files.', '<path...>');
export const text = setting(
  v.optional(columns),
  'Column of the text; several are joined. Found out if left out.',
  '<column>',
);
export const valid = setting(
  v.optional(path),
  'A file with the rows to validate on, instead of a part of the data.',
  '<file>',
);
export const validPct = (part: number) =>
  setting(
    v.optional(fraction, part),
    'Part of the rows to validate on, if there is no file for that.',
    '<part>',
  );
export const dropMult = (factor: number) =>
  setting(
    v.optional(amount, factor),
    'Factor for all dropouts; less for many texts, more for few.',
    '<factor>',
  );
export const bs = (size: number | 'auto') =>
  setting(
    v.optional(batchSize, size),
    'Batch size, or "auto" for one that fits the amount of text and memory.',
  );
export const seed = setting(
  v.optional(v.pipe(count, v.maxValue(2 ** 32 - 1)), 42),
  'Seed of all random numbers: the same seed gives the same weights.',
);
