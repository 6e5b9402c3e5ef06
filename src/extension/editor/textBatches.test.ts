import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textBatches } from './textBatches';

test('texts are grouped in their order, and all of them are', () => {
  assert.deepEqual([...textBatches(['a', 'b', 'c', 'd', 'e'], 2)], [['a', 'b'], ['c', 'd'], ['e']]);
  assert.deepEqual([...textBatches([], 2)], []);
});

test('long texts come in smaller groups', () => {
  const long = 'x'.repeat(3 * 2 ** 20);
  assert.deepEqual(
    [...textBatches(['a', long, long, 'b'], 100)].map((batch) => batch.length),
    [2, 2],
  );
});
