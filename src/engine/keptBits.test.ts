import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyKeptBits, keptBits } from './keptBits';
import { dropoutMask } from './ops/dropout';
import type { StreamKey } from '../random';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const keys: fc.Arbitrary<StreamKey> = fc.tuple(word, word);

test('the mask has the very bits of the reference', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 301 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      keys,
      (length, rate, key) => {
        const mask = new Float32Array(length);
        applyKeptBits(new Float32Array(length).fill(1), keptBits(length, rate, key), 1 / (1 - rate), mask);
        assert.deepEqual(mask, dropoutMask(length, rate, key));
      },
    ),
    { seed: 20240607, numRuns: 200 },
  );
});

test('a mask that is longer than the memory at first has them too', () => {
  const [length, rate, key]: [number, number, StreamKey] = [600_001, 0.3, [7, 11]];
  const mask = new Float32Array(length);
  applyKeptBits(new Float32Array(length).fill(1), keptBits(length, rate, key), 1 / (1 - rate), mask);
  assert.deepEqual(mask, dropoutMask(length, rate, key));
});
