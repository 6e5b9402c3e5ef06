import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { adamW } from './adamW';

before(() => useEngine('reference'));

test('AdamW decays first, and corrects both moments by the number of steps', () => {
  const variable = (value: number) => tf.variable(tf.tensor1d([value]));
  const slot = { parameter: variable(2), mean: variable(0), variance: variable(0) };
  const options = { beta1: 0.8, beta2: 0.99, eps: 1e-8, weightDecay: 0.1, gradientScale: 0.5 };
  let [p, m, v] = [2, 0, 0];
  for (const [step, lr, gradient] of [
    [1, 0.1, 4],
    [2, 0.05, -1],
    [3, 0.05, 0],
  ] as const) {
    adamW(slot, tf.tensor1d([gradient]), { ...options, lr, step });
    const g = gradient * 0.5;
    p *= 1 - 0.1 * lr;
    m = 0.8 * m + 0.2 * g;
    v = 0.99 * v + 0.01 * g * g;
    p -= ((lr / (1 - 0.8 ** step)) * m) / (Math.sqrt(v) / Math.sqrt(1 - 0.99 ** step) + 1e-8);
    for (const [what, tensor, expected] of [
      ['parameter', slot.parameter, p],
      ['mean', slot.mean, m],
      ['variance', slot.variance, v],
    ] as const) {
      assert.ok(Math.abs((tensor.dataSync()[0] ?? NaN) - expected) < 1e-6, `${what} after step ${step}`);
    }
  }
});
