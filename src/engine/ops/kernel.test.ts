import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engines';
import { detach, isRecordingGradient, withoutGradient } from './kernel';

before(() => useEngine('reference'));

const gradientOf = (f: (x: tf.Tensor) => tf.Tensor) =>
  tf
    .grad(f)(tf.tensor1d([3]))
    .dataSync()[0];

describe('what keeps a gradient from flowing', () => {
  test('a detached tensor has the numbers, not the history', () => {
    assert.equal(
      gradientOf((x) => tf.mul(x, detach(x))),
      3,
    );
    const x = tf.tensor1d([1, 2]);
    const copy = detach(x);
    x.dispose();
    assert.deepEqual([...copy.dataSync()], [1, 2], 'it outlives the tensor it came from');
  });

  test('what is computed without gradient is a constant', () => {
    assert.equal(
      gradientOf((x) =>
        tf.mul(
          x,
          withoutGradient(() => tf.square(x)),
        ),
      ),
      9,
    );
    assert.equal(
      gradientOf((x) => tf.mul(x, tf.square(x))),
      27,
    );
  });

  test('kernels are told that nothing is recorded there, and are told again after an error', () => {
    const told: boolean[] = [];
    const note = () => told.push(isRecordingGradient());
    note();
    gradientOf((x) => {
      note();
      withoutGradient(note);
      assert.throws(() =>
        withoutGradient(() => {
          throw new Error('failed');
        }),
      );
      note();
      return tf.square(x);
    });
    assert.deepEqual(told, [false, true, false, true]);
  });
});
