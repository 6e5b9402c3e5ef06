import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignSeries } from './alignSeries';

test('lines at different places share one axis', () => {
  assert.deepEqual(
    alignSeries([
      { x: [1, 3], y: [10, 30] },
      { x: [2, 3, 4], y: [5, null, 7] },
    ]),
    {
      x: [1, 2, 3, 4],
      ys: [
        [10, null, 30, null],
        [null, 5, null, 7],
      ],
    },
  );
  assert.deepEqual(alignSeries([]), { x: [], ys: [] });
});

test('every point of every line is found again, and the axis rises', () => {
  const line = fc
    .uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 20 })
    .map((x) => ({ x: x.sort((a, b) => a - b), y: x.map((value) => value * 2) }));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      const { x, ys } = alignSeries(lines);
      assert.ok(x.every((value, i) => i === 0 || value > (x[i - 1] ?? Infinity)));
      lines.forEach((each, i) => {
        const found = x.filter((_, place) => (ys[i]?.[place] ?? null) !== null);
        assert.deepEqual(found, each.x);
      });
    }),
    { seed: 20240607, numRuns: 200 },
  );
});
