import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StageMeter } from './stageMeter';

test('one count fills the bar', () => {
  const meter = new StageMeter(1);
  assert.deepEqual(
    [1, 2, 3, 4].map((done) => meter.increment(done, 4)),
    [25, 25, 25, 25],
  );
});

test('two counts fill half of it each, whatever they count', () => {
  const meter = new StageMeter(2);
  assert.deepEqual([meter.increment(500, 1000), meter.increment(1000, 1000)], [25, 25]);
  assert.deepEqual([meter.increment(1, 100), meter.increment(100, 100)], [0, 50]);
});

test('whatever is counted, the bar never shrinks and is never more than full', () => {
  const counts = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })), { maxLength: 50 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 3 }), (reports, stages) => {
      const meter = new StageMeter(stages);
      const increments = reports.map(([done, total]) => meter.increment(done, total));
      assert.ok(increments.every((each) => each >= 0));
      assert.ok(increments.reduce((sum, each) => sum + each, 0) <= 100);
    }),
    { seed: 20240607, numRuns: 200 },
  );
});
