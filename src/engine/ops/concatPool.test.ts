import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { concatPool } from './concatPool';

/** Three steps of three rows with one feature; the second row's window leaves out the last step, the third's is empty. */
const output = () =>
  tf.tensor3d(
    [
      [[1], [-5], [9]],
      [[4], [-3], [9]],
      [[2], [99], [9]],
    ],
    [3, 3, 1],
  );
const window = () => ({
  start: tf.tensor1d([0, 0, 2], 'int32'),
  end: tf.tensor1d([3, 2, 2], 'int32'),
});

before(() => useEngine('reference'));

describe('concat pooling', () => {
  test('gives last, maximum and mean of each window, in this order, and zeros for an empty one', () => {
    const pooled = concatPool(output(), window()).arraySync();
    assert.deepEqual(pooled.slice(1), [
      [-3, -3, -4],
      [0, 0, 0],
    ]);
    const [last, max, mean = NaN] = pooled[0] ?? [];
    assert.deepEqual([last, max], [2, 4]);
    assert.ok(Math.abs(mean - 7 / 3) < 1e-6);
  });

  test('sends no gradient outside the windows', () => {
    const sumOf = (x: tf.Tensor) => tf.sum(concatPool(x as tf.Tensor3D, window()));
    const gradient = tf.grad(sumOf)(output()).arraySync() as number[][][];
    const third = 1 / 3;
    const rows = gradient.map((step) => step.map(([value = NaN]) => Math.round(value * 1e5) / 1e5));
    const rounded = (value: number) => Math.round(value * 1e5) / 1e5;
    assert.deepEqual(rows, [
      [rounded(third), 0.5, 0],
      [rounded(1 + third), 2.5, 0],
      [rounded(1 + third), 0, 0],
    ]);
  });
});
