import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { embedding } from '../ops/embedding';
import { RandomStream } from '../../random';
import {
  assertGradientIsSlope,
  assertMatchesReference,
  propertyRuns,
  randomInput,
  useTestedEngine,
} from './againstReference';

const padId = 1;

test('looked-up vectors and the gradient of the matrix are those of the reference, with and without dropout', async () => {
  const sizes = fc.record({
    time: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 1, max: 5 }),
    words: fc.integer({ min: 2, max: 9 }),
    width: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(1000),
    dropped: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ time, batch, words, width, seed, dropped }) => {
      const random = RandomStream.named(seed, 'ids');
      const ids = Int32Array.from({ length: time * batch }, () => random.integer(words));
      const factors = Float32Array.from({ length: words }, () => (random.uniform() < 0.4 ? 0 : 1.25));
      await assertMatchesReference({
        inputs: [randomInput(seed, 'weight', [words, width])],
        compute: (weight) => [
          embedding({
            ids: tf.tensor2d(ids, [time, batch], 'int32'),
            weight: weight as tf.Tensor2D,
            rowScale: dropped ? tf.tensor1d(factors) : undefined,
            padId,
          }),
        ],
      });
    }),
    propertyRuns,
  );
});

test('the gradient of the matrix is the slope of what is looked up', async () => {
  const sizes = fc.record({
    time: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 1, max: 5 }),
    words: fc.integer({ min: padId + 2, max: 9 }),
    width: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(1000),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ time, batch, words, width, seed }) => {
      const random = RandomStream.named(seed, 'ids');
      // Without the padding word, which moves what is looked up but is not to learn from it.
      const others = () => padId + 1 + random.integer(words - padId - 1);
      const ids = Int32Array.from({ length: time * batch }, others);
      const factors = Float32Array.from({ length: words }, () => (random.uniform() < 0.4 ? 0 : 1.25));
      await assertGradientIsSlope({
        inputs: [randomInput(seed, 'weight', [words, width])],
        compute: (weight) => [
          embedding({
            ids: tf.tensor2d(ids, [time, batch], 'int32'),
            weight: weight as tf.Tensor2D,
            rowScale: tf.tensor1d(factors),
            padId,
          }),
        ],
      });
    }),
    propertyRuns,
  );
});

test('an id outside the vocabulary is refused', async () => {
  await useTestedEngine();
  assert.throws(
    () =>
      tf.tidy(() => embedding({ ids: tf.tensor2d([[7]], [1, 1], 'int32'), weight: tf.zeros([7, 2]), padId })),
    /Token id 7/,
  );
});
