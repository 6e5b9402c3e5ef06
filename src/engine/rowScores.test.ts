import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Range } from './decoderBlocks';
import { RowScores } from './rowScores';

interface Drawn {
  /** `[rows][classes]` */
  logits: number[][];
  targets: number[];
  tiles: Range[];
}

const logit = fc.double({ min: -60, max: 60, noNaN: true });
const drawings: fc.Arbitrary<Drawn> = fc
  .record({
    rows: fc.integer({ min: 1, max: 5 }),
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
  })
  .chain(({ rows, sizes }) => {
    const classes = sizes.reduce((sum, size) => sum + size, 0);
    const ofRows = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: rows, maxLength: rows });
    return fc.record({
      logits: ofRows(fc.array(logit, { minLength: classes, maxLength: classes })),
      targets: ofRows(fc.nat(classes - 1)),
      tiles: fc.constant(
        sizes.map((count, i) => ({ first: sizes.slice(0, i).reduce((sum, size) => sum + size, 0), count })),
      ),
    });
  });

const logSumOf = (logits: readonly number[]): number => {
  const highest = Math.max(...logits);
  return highest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - highest), 0));
};

function scoresOf({ logits, targets, tiles }: Drawn, withAnswers: boolean): RowScores {
  const scores = new RowScores(Int32Array.from(targets));
  for (const tile of tiles) {
    const parts = logits.map((row) => row.slice(tile.first, tile.first + tile.count));
    const columns = scores.columns(tile);
    const logSums = Float64Array.from(parts, logSumOf);
    const highest = parts.map((part) => Math.max(...part));
    const answers = { columns: parts.map((part, row) => part.indexOf(highest[row] ?? NaN)), logits: highest };
    const ofColumns = parts.map((part, row) => part[columns[row] ?? NaN] ?? NaN);
    scores.addTile(tile, { ofColumns, logSums, logFactors: logSums, ...(withAnswers ? { answers } : {}) });
  }
  return scores;
}

const isClose = (actual: number, expected: number, scale = 1): boolean =>
  Math.abs(actual - expected) <= 1e-6 * Math.max(scale, Math.abs(expected));

test('tiles put together have the loss, the answers and the probabilities of all classes at once', () => {
  fc.assert(
    fc.property(drawings, (drawn) => {
      const { logits, targets, tiles } = drawn;
      const scores = scoresOf(drawn, true);
      const totals = logits.map(logSumOf);
      const losses = targets.map((target, row) => (totals[row] ?? NaN) - (logits[row]?.[target] ?? NaN));
      assert.ok(
        isClose(
          scores.loss(),
          losses.reduce((sum, loss) => sum + loss, 0),
        ),
      );
      const isRight = (target: number, row: number): boolean =>
        logits[row]?.indexOf(Math.max(...(logits[row] ?? []))) === target;
      assert.equal(scores.correct(), targets.filter(isRight).length);
      for (const [index, { first, count }] of tiles.entries()) {
        const factors = scores.factors(index, 10);
        for (const [row, all] of logits.entries()) {
          const ofTile = Math.exp(logSumOf(all.slice(first, first + count)) - (totals[row] ?? NaN));
          assert.ok(isClose((factors[row] ?? NaN) * 10, ofTile));
        }
      }
    }),
    { seed: 5 },
  );
});

test('without the answers of a tile nothing is counted', () => {
  fc.assert(
    fc.property(drawings, (drawn) => {
      assert.ok(Number.isNaN(scoresOf(drawn, false).correct()));
    }),
    { seed: 6, numRuns: 20 },
  );
});

test('a row whose sum is out of range is found, and one that is no number', () => {
  const tiles = [{ first: 0, count: 2 }];
  const ofRow = (...row: number[]): RowScores =>
    scoresOf({ logits: [[0, 1], row], targets: [0, 1], tiles }, true);
  assert.ok(ofRow(3, 4).logTotalsAreBetween(0, 5));
  assert.ok(!ofRow(3, 9).logTotalsAreBetween(0, 5));
  assert.ok(!ofRow(-3, -2).logTotalsAreBetween(0, 5));
  assert.ok(!ofRow(NaN, 1).logTotalsAreBetween(-Infinity, Infinity));
});
