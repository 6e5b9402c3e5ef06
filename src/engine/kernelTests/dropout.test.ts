import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { dropout } from '../ops/dropout';
import type { StreamKey } from '../../random';
import {
  assertGradientIsSlope,
  assertMatchesReference,
  propertyRuns,
  randomInput,
  useTestedEngine,
} from './againstReference';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const keys: fc.Arbitrary<StreamKey> = fc.tuple(word, word);

test('dropout and its gradient are those of the reference, and the gradient is the slope, for masks of each element and masks shared over time', async () => {
  const cases = fc.record({
    time: fc.integer({ min: 1, max: 5 }),
    batch: fc.integer({ min: 1, max: 4 }),
    features: fc.integer({ min: 1, max: 7 }),
    rate: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
    shared: fc.boolean(),
    seed: fc.nat(1000),
    key: keys,
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ time, batch, features, rate, shared, seed, key }) => {
      const period = (shared ? 1 : time) * batch * features;
      const computation = {
        inputs: [randomInput(seed, 'x', [time, batch, features])],
        compute: (x: tf.Tensor) => [dropout(x, { rate, key, period })],
      };
      await assertMatchesReference(computation);
      await assertGradientIsSlope(computation);
    }),
    propertyRuns,
  );
});

test('the share of dropped elements is the rate', async () => {
  await useTestedEngine();
  const length = 100_000;
  const kept = tf.tidy(() =>
    dropout(tf.ones([length]), { rate: 0.3, key: [7, 9], period: length }).dataSync(),
  );
  const dropped = kept.filter((value) => value === 0).length / length;
  assert.ok(Math.abs(dropped - 0.3) < 0.01, `dropped ${dropped}`);
});
