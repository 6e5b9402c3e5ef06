import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { compareCodePoints, sortedClasses } from './classes';
import { dataFingerprint } from './dataFingerprint';
import { fromCsvValidCount, splitRows } from './splitRows';
import type { TextRow } from './textRow';

const seed = 20240607;

function rowsOf(labels: readonly (string | undefined)[]): TextRow[] {
  return labels.map((label, index) => ({
    text: `text ${index}`,
    ...(label === undefined ? {} : { label }),
    file: 'rows.csv',
    line: index + 2,
  }));
}

const countOf = (rows: readonly TextRow[], label: string | undefined): number =>
  rows.filter((row) => row.label === label).length;

const labelLists = fc.array(fc.constantFrom('a', 'b', 'c', 'rare', undefined), { maxLength: 120 });
const shares = fc.double({ min: 0, max: 0.95, noNaN: true });

test('a split is disjoint and complete, in the order given', () => {
  fc.assert(
    fc.property(labelLists, shares, fc.boolean(), (labels, validPct, stratified) => {
      const rows = rowsOf(labels);
      const { train, valid } = splitRows(rows, { validPct, seed, stratified });
      assert.equal(train.length + valid.length, rows.length);
      const lines = (part: readonly TextRow[]): number[] => part.map(({ line }) => line);
      assert.deepEqual(
        lines(train.concat(valid)).toSorted((a, b) => a - b),
        lines(rows),
      );
      assert.deepEqual(
        lines(train),
        lines(train).toSorted((a, b) => a - b),
      );
      assert.deepEqual(splitRows(rows, { validPct, seed, stratified }), { train, valid });
    }),
    { seed, numRuns: 200 },
  );
});

test('stratified, each class keeps its share to within one row and at least one row for training', () => {
  fc.assert(
    fc.property(labelLists, fc.double({ min: 0.05, max: 0.5, noNaN: true }), (labels, validPct) => {
      const rows = rowsOf(labels);
      const { train, valid } = splitRows(rows, { validPct, seed });
      const count = rows.length < 2 ? 0 : Math.max(1, Math.trunc(validPct * rows.length));
      const possible = rows.length - new Set(labels).size;
      assert.equal(valid.length, Math.min(count, possible));
      for (const label of new Set(labels)) {
        const size = countOf(rows, label);
        assert.ok(countOf(train, label) >= 1, `${label} has a training row`);
        // A class of one row cannot give any, and then the others give more.
        if (Array.from(new Set(labels)).every((other) => countOf(rows, other) > 1)) {
          assert.ok(Math.abs(countOf(valid, label) - (size * valid.length) / rows.length) < 1);
        }
      }
    }),
    { seed, numRuns: 200 },
  );
});

test('900 of one class and 100 of another give 180 and 20 for validation', () => {
  const rows = rowsOf(Array.from({ length: 1000 }, (_, index) => (index % 10 === 0 ? 'few' : 'many')));
  const { valid } = splitRows(rows, { validPct: 0.2, seed });
  assert.equal(countOf(valid, 'many'), 180);
  assert.equal(countOf(valid, 'few'), 20);
});

test('the class with the larger remainder gives the row that is left', () => {
  const rows = rowsOf(Array.from({ length: 30 }, (_, index) => (index < 12 ? 'twelve' : 'eighteen')));
  const { valid } = splitRows(rows, { validPct: 0.1, seed });
  assert.deepEqual([countOf(valid, 'twelve'), countOf(valid, 'eighteen')], [1, 2]);
});

test('another seed draws other rows', () => {
  const rows = rowsOf(Array.from({ length: 100 }, () => 'a'));
  const one = splitRows(rows, { validPct: 0.2, seed: 1 });
  assert.notDeepEqual(splitRows(rows, { validPct: 0.2, seed: 2 }), one);
});

test('three rows of two classes still leave a row of each for training', () => {
  const { train, valid } = splitRows(rowsOf(['a', 'b', 'a']), { validPct: 0.2, seed });
  assert.deepEqual([countOf(train, 'a'), countOf(train, 'b'), valid.length], [1, 1, 1]);
});

test('from_csv takes 47 of 230 rows for validation, as fastai does', () => {
  assert.equal(fromCsvValidCount(230, 0.2), 47);
  const rows = rowsOf(Array.from({ length: 230 }, () => undefined));
  const { train, valid } = splitRows(rows, { validPct: 0.2, seed, validCount: fromCsvValidCount(230, 0.2) });
  assert.deepEqual([valid.length, train.length], [47, 183]);
});

test('a share outside 0 to 1 is a bad setting', () => {
  for (const validPct of [-0.1, 1, Number.NaN]) {
    assert.throws(
      () => splitRows(rowsOf(['a']), { validPct, seed }),
      (error) => error instanceof UlmfitError && error.code === 'bad-setting',
    );
  }
});

test('classes are sorted by code point, and whole numbers by value', () => {
  assert.deepEqual(sortedClasses(['pos', 'neg', 'Neg', '9', '10', 'pos']), ['10', '9', 'Neg', 'neg', 'pos']);
  assert.deepEqual(sortedClasses(['10', '9', '-1']), ['-1', '9', '10']);
  // U+FF5E comes before U+1F600, although its one UTF-16 unit is above the surrogates.
  assert.deepEqual(sortedClasses(['😀', '～']), ['～', '😀']);
});

test('comparing by code point agrees with comparing the code points', () => {
  const points = (text: string): number[] => Array.from(text, (char) => char.codePointAt(0) ?? 0);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, index) => point !== right[index]);
      const expected = at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
      assert.equal(Math.sign(compareCodePoints(a, b)), Math.sign(expected));
    }),
    { seed, numRuns: 500 },
  );
});

test('the fingerprint is of texts, labels and order, and not of where they were stored', () => {
  const rows = rowsOf(['a', 'b', undefined]);
  const moved = rows.map((row) => ({ ...row, file: 'other.jsonl', line: row.line + 5 }));
  assert.equal(dataFingerprint(rows), dataFingerprint(moved));
  assert.match(dataFingerprint(rows), /^[0-9a-f]{64}$/);
  assert.notEqual(dataFingerprint(rows), dataFingerprint(rows.toReversed()));
  assert.notEqual(dataFingerprint(rows), dataFingerprint(rowsOf(['a', 'b', 'b'])));
  const fields = (values: string[]): TextRow[] => [
    { text: values.join(' '), fields: values, file: '', line: 1 },
  ];
  assert.notEqual(dataFingerprint(fields(['a b', 'c'])), dataFingerprint(fields(['a', 'b c'])));
});
