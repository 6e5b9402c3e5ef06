import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { concatPool } from './concatPool';
import { exampleWindow as window, windowedOutput as output } from './windowExample';

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
