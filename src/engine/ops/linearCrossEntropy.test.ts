import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { linearCrossEntropy } from './linearCrossEntropy';

before(() => useEngine('reference'));

test('the loss is the mean of −log softmax at the targets, and the right guesses are counted', () => {
  const hidden = tf.tensor2d([1, 0, 0, 1], [2, 2]);
  const weight = tf.tensor2d([2, 0, 0, 1, 0, 0], [3, 2]);
  const bias = tf.tensor1d([0, 0, 0.5]);
  const { loss, correct } = linearCrossEntropy({
    hidden,
    weight,
    bias,
    targets: tf.tensor1d([0, 2], 'int32'),
  });
  const logits = [
    [2, 0, 0.5],
    [0, 1, 0.5],
  ];
  const cost = (row: readonly number[], target: number) =>
    Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (row[target] ?? NaN);
  const expected = (cost(logits[0] ?? [], 0) + cost(logits[1] ?? [], 2)) / 2;
  assert.ok(Math.abs((loss.dataSync()[0] ?? NaN) - expected) < 1e-6);
  assert.equal(correct.dataSync()[0], 1);
});

test('logits far beyond what exp can hold are no trouble', () => {
  const { loss } = linearCrossEntropy({
    hidden: tf.tensor2d([1], [1, 1]),
    weight: tf.tensor2d([1000, -1000], [2, 1]),
    bias: tf.tensor1d([0, 0]),
    targets: tf.tensor1d([1], 'int32'),
  });
  assert.equal(loss.dataSync()[0], 2000);
});
