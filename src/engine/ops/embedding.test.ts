import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { embedding } from './embedding';

const weight = () => tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
const ids = () => tf.tensor2d([2, 1, 2, 0], [2, 2], 'int32');

before(() => useEngine('reference'));

test('embedding looks up rows, times their word’s factor', () => {
  const rowScale = tf.tensor1d([0, 1, 2]);
  assert.deepEqual(embedding({ ids: ids(), weight: weight(), padId: 1 }).arraySync(), [
    [
      [5, 6],
      [3, 4],
    ],
    [
      [5, 6],
      [1, 2],
    ],
  ]);
  assert.deepEqual(embedding({ ids: ids(), weight: weight(), rowScale, padId: 1 }).arraySync(), [
    [
      [10, 12],
      [3, 4],
    ],
    [
      [10, 12],
      [0, 0],
    ],
  ]);
});

test('the gradient counts how often a word stands there, and passes the padding by', () => {
  const sumOf = (table: tf.Tensor) =>
    tf.sum(embedding({ ids: ids(), weight: table as tf.Tensor2D, padId: 1 }));
  assert.deepEqual(tf.grad(sumOf)(weight()).arraySync(), [
    [1, 1],
    [0, 0],
    [2, 2],
  ]);
});
