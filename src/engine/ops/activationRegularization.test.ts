import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { activationRegularization } from './activationRegularization';
import { exampleWindow as window, windowedOutput as output } from './windowExample';

before(() => useEngine('reference'));

describe('AR and TAR', () => {
  const value = (alpha: number, beta: number) =>
    activationRegularization(output(), window(), { alpha, beta }).dataSync()[0] ?? NaN;

  test('are means over the steps inside the windows alone', () => {
    assert.ok(Math.abs(value(2, 0) - (2 * (1 + 16 + 4 + 25 + 9)) / 5) < 1e-4);
    assert.ok(Math.abs(value(0, 1) - (9 + 4 + 4) / 3) < 1e-4);
    assert.ok(Math.abs(value(2, 1) - value(2, 0) - value(0, 1)) < 1e-4);
  });

  test('TAR is left out for one row and for one step', () => {
    for (const [time, batch] of [
      [3, 1],
      [1, 2],
    ] as const) {
      const x = tf.reshape<tf.Rank.R3>(tf.range(0, time * batch), [time, batch, 1]);
      const all = {
        start: tf.zeros<tf.Rank.R1>([batch], 'int32'),
        end: tf.fill<tf.Rank.R1>([batch], time, 'int32'),
      };
      assert.equal(activationRegularization(x, all, { alpha: 0, beta: 1 }).dataSync()[0], 0);
    }
  });
});
