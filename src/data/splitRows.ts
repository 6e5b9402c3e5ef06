import { RandomStream } from '../random';
import { compareCodePoints } from './classes';
import { checkShare } from './settings';
import type { TextRow } from './textRow';

export interface SplitSettings {
  /** Share of the rows to validate on, from 0 to below 1. */
  readonly validPct: number;
  readonly seed: number;
  /** Give each class its share (the default), rather than drawing from all rows alike. */
  readonly stratified?: boolean;
  /** Validate on exactly so many rows instead of a share. */
  readonly validCount?: number;
}

export interface Split {
  readonly train: TextRow[];
  readonly valid: TextRow[];
}

/** How many rows fastai's `from_csv` validates on: `int(pct·n) + 1`. Its other splits take `int(pct·n)`. */
export function fromCsvValidCount(rowCount: number, validPct: number): number {
  return validPct === 0 ? 0 : Math.trunc(validPct * rowCount) + 1;
}

/**
 * Splits rows into training and validation: each row is in exactly one, in the order given. Which is decided by the
 * seed alone.
 *
 * `int(validPct·n)` rows are for validation, at least one where there are two or more. Stratified, a class of n rows
 * gives its `validPct·n` rounded down, and the classes with the largest remainders one more until the number is
 * reached; every class keeps a row for training. Rows without a label count as a class of their own.
 *
 * @throws UlmfitError 'bad-setting' where `validPct` is not a share
 */
export function splitRows(rows: readonly TextRow[], settings: SplitSettings): Split {
  const { validPct, seed, stratified = true } = settings;
  checkShare('validPct', validPct);
  const wanted =
    settings.validCount ?? (validPct === 0 ? 0 : Math.max(1, Math.trunc(validPct * rows.length)));
  const count = Math.max(0, Math.min(wanted, rows.length - 1));
  const groups = stratified ? groupByLabel(rows) : new Map([['all', Array.from(rows.keys())]]);
  const shares = validShares(
    Array.from(groups.values(), ({ length }) => length),
    count,
    rows.length,
    stratified,
  );
  const forValidation = new Set<number>();
  Array.from(groups).forEach(([name, indices], group) => {
    const shuffled = RandomStream.named(seed, `split:${name}`).shuffled(indices);
    for (const index of shuffled.slice(0, shares[group])) forValidation.add(index);
  });
  return {
    train: rows.filter((_, index) => !forValidation.has(index)),
    valid: rows.filter((_, index) => forValidation.has(index)),
  };
}

/** Row indices by class, classes in order of their names. */
function groupByLabel(rows: readonly TextRow[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  rows.forEach(({ label }, index) => {
    // A prefix keeps "no label" apart from every label.
    const name = label === undefined ? 'unlabelled' : `label:${label}`;
    const group = groups.get(name) ?? [];
    group.push(index);
    groups.set(name, group);
  });
  return new Map(Array.from(groups).sort(([a], [b]) => compareCodePoints(a, b)));
}

/** How many of each group are for validation: largest remainders, and never the last row of a class. */
function validShares(sizes: readonly number[], count: number, total: number, stratified: boolean): number[] {
  const limit = (size: number): number => (stratified && total > 1 ? size - 1 : size);
  const exact = sizes.map((size) => (total === 0 ? 0 : (size * count) / total));
  const shares = exact.map((share, group) => Math.min(Math.floor(share), limit(sizes[group] ?? 0)));
  const remainder = (group: number): number => (exact[group] ?? 0) - Math.floor(exact[group] ?? 0);
  const order = Array.from(sizes.keys()).sort((a, b) => remainder(b) - remainder(a));
  let left = count - shares.reduce((sum, share) => sum + share, 0);
  // More than one round only where small classes could not give their share.
  for (let before = -1; left > 0 && left !== before;) {
    before = left;
    for (const group of order) {
      if (left === 0 || (shares[group] ?? 0) >= limit(sizes[group] ?? 0)) continue;
      shares[group] = (shares[group] ?? 0) + 1;
      left--;
    }
  }
  return shares;
}
