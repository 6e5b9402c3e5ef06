import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { streamKey } from '../../random';
import { dropout, dropoutMask } from './dropout';

const key = streamKey(3, 'dropout test');

before(() => useEngine('reference'));

describe('a dropout mask', () => {
  test('drops its share and scales the rest, so that the mean stays 1', () => {
    for (const rate of [0.02, 0.25, 0.5, 0.9]) {
      const length = 40_000;
      const mask = dropoutMask(length, rate, key);
      const kept = mask.filter((value) => value > 0);
      assert.ok(kept.every((value) => Math.abs(value * (1 - rate) - 1) < 1e-6));
      const share = kept.length / length;
      // Four standard deviations of a binomial.
      assert.ok(
        Math.abs(share - (1 - rate)) < 4 * Math.sqrt((rate * (1 - rate)) / length),
        `${rate}: ${share}`,
      );
      const mean = mask.reduce((sum, value) => sum + value, 0) / length;
      assert.ok(
        Math.abs(mean - 1) < (4 * Math.sqrt(rate / (1 - rate))) / Math.sqrt(length),
        `${rate}: ${mean}`,
      );
    }
  });

  test('is a function of its key', () => {
    assert.deepEqual(dropoutMask(99, 0.5, key), dropoutMask(99, 0.5, key));
    assert.notDeepEqual(dropoutMask(99, 0.5, key), dropoutMask(99, 0.5, streamKey(4, 'dropout test')));
  });

  test('begins the same whatever its length', () => {
    assert.deepEqual(dropoutMask(7, 0.5, key), dropoutMask(100, 0.5, key).subarray(0, 7));
  });
});

describe('dropout', () => {
  test('shares a mask of batch · features over all steps', () => {
    const [time, batch, features] = [5, 2, 8];
    const x = tf.ones<tf.Rank.R3>([time, batch, features]);
    const values = dropout(x, { rate: 0.5, key, period: batch * features }).dataSync();
    const mask = dropoutMask(batch * features, 0.5, key);
    for (let t = 0; t < time; t++) {
      assert.deepEqual(values.slice(t * mask.length, (t + 1) * mask.length), mask);
    }
    const [first, second] = [mask.subarray(0, features), mask.subarray(features)];
    assert.notDeepEqual(first, second, 'the rows of a batch have masks of their own');
  });

  test('sends the gradient through the same mask', () => {
    const x = tf.linspace(-1, 1, 64);
    const options = { rate: 0.3, key, period: 64 };
    const gradient = tf.grad((y: tf.Tensor) => tf.sum(dropout(y, options)))(x);
    assert.deepEqual(gradient.dataSync(), dropoutMask(64, 0.3, key));
  });

  test('of rate 0 is the tensor itself', () => {
    const x = tf.ones([4]);
    assert.equal(dropout(x, { rate: 0, key, period: 4 }), x);
  });
});
