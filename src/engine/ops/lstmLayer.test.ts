import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { RandomStream } from '../../random';
import { lstmLayer } from './lstmLayer';

before(() => useEngine('reference'));

test('an LSTM layer is what its equations say, written out number by number', () => {
  const [time, batch, width, hidden] = [4, 2, 3, 2];
  const random = RandomStream.named(1, 'lstm');
  const values = (...shape: number[]) =>
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * random.uniform() - 1);
  const x = values(time, batch, width);
  const wi = values(4 * hidden, width);
  const wh = values(4 * hidden, hidden);
  const bi = values(4 * hidden);
  const bh = values(4 * hidden);
  const h0 = values(batch, hidden);
  const c0 = values(batch, hidden);

  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  const at = (array: readonly number[], index: number) => array[index] ?? NaN;
  const expected: number[] = [];
  let [h, c] = [h0, c0];
  for (let t = 0; t < time; t++) {
    const [nextH, nextC] = [[...h], [...c]];
    for (let b = 0; b < batch; b++) {
      for (let j = 0; j < hidden; j++) {
        const gate = (index: number) => {
          const row = index * hidden + j;
          let sum = at(bi, row) + at(bh, row);
          for (let k = 0; k < width; k++) sum += at(wi, row * width + k) * at(x, (t * batch + b) * width + k);
          for (let k = 0; k < hidden; k++) sum += at(wh, row * hidden + k) * at(h, b * hidden + k);
          return sum;
        };
        const [i, f, g, o] = [sigmoid(gate(0)), sigmoid(gate(1)), Math.tanh(gate(2)), sigmoid(gate(3))];
        const cell = f * at(c, b * hidden + j) + i * g;
        nextC[b * hidden + j] = cell;
        nextH[b * hidden + j] = o * Math.tanh(cell);
      }
    }
    [h, c] = [nextH, nextC];
    expected.push(...h);
  }

  const result = lstmLayer({
    input: tf.tensor3d(x, [time, batch, width]),
    h0: tf.tensor2d(h0, [batch, hidden]),
    c0: tf.tensor2d(c0, [batch, hidden]),
    weightIh: tf.tensor2d(wi, [4 * hidden, width]),
    weightHh: tf.tensor2d(wh, [4 * hidden, hidden]),
    biasIh: tf.tensor1d(bi),
    biasHh: tf.tensor1d(bh),
  });
  const close = (actual: tf.Tensor, wanted: readonly number[]) => {
    actual.dataSync().forEach((value, index) => {
      assert.ok(Math.abs(value - at(wanted, index)) < 1e-6, `${index}: ${value}, not ${at(wanted, index)}`);
    });
  };
  close(result.output, expected);
  close(result.h, h);
  close(result.c, c);
});
