import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engine/engines';
import { DropoutKeys } from './dropoutKeys';
import { PoolingHead } from './poolingHead';

before(() => useEngine('reference'));

const pooled = () => tf.tensor2d([1, 2, 3, 4, 5, 9, 7, 8, 0], [3, 3]);

describe('the pooling head', () => {
  test('has the layers of fastai, numbered 0, 2, 4, 6', () => {
    const head = new PoolingHead({ width: 3, linFtrs: [5], ps: [0.4, 0.1], classes: 2 }, 1);
    const shapes = Object.fromEntries([...head.trainable].map(([name, { shape }]) => [name, shape]));
    assert.deepEqual(shapes, {
      'layers.0.weight': [3],
      'layers.0.bias': [3],
      'layers.2.weight': [5, 3],
      'layers.2.bias': [5],
      'layers.4.weight': [5],
      'layers.4.bias': [5],
      'layers.6.weight': [2, 5],
      'layers.6.bias': [2],
    });
    assert.equal(head.variables.size, 12, 'and two running statistics for each batch norm');
    const single = new PoolingHead({ width: 3, linFtrs: [], ps: [0.4], classes: 2 }, 1);
    assert.deepEqual(
      [...single.trainable.keys()],
      ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias'],
    );
  });

  test('normalises by the batch in training and moves the running statistics a tenth of the way', () => {
    const head = new PoolingHead({ width: 3, linFtrs: [], ps: [0], classes: 2 }, 1);
    head.forward(pooled(), true);
    const values = (name: string) => [...(head.variables.get(name)?.dataSync() ?? [])];
    const near = (actual: readonly number[], expected: readonly number[]) => {
      expected.forEach((value, i) => {
        assert.ok(Math.abs((actual[i] ?? NaN) - value) < 1e-5, `${String(actual)}, not ${String(expected)}`);
      });
    };
    near(values('layers.0.running_mean'), [0.4, 0.5, 0.4]);
    // PyTorch keeps the unbiased variance: 9, 9, 21.
    near(values('layers.0.running_var'), [0.9 + 0.9, 0.9 + 0.9, 0.9 + 2.1]);
  });

  test('evaluates by the running statistics and changes nothing', () => {
    const head = new PoolingHead({ width: 3, linFtrs: [5], ps: [0.4, 0.1], classes: 2 }, 1);
    const before = [...head.variables.values()].map((variable) => variable.dataSync().slice());
    const first = head.forward(pooled(), false).arraySync();
    assert.deepEqual(
      [...head.variables.values()].map((variable) => variable.dataSync()),
      before,
    );
    const alone = head.forward(tf.slice(pooled(), [1, 0], [1, 3]), false).arraySync();
    alone[0]?.forEach((logit, i) => {
      assert.ok(Math.abs(logit - (first[1]?.[i] ?? NaN)) < 1e-6, 'a row does not depend on the others');
    });
  });

  test('dropout needs keys, and differs from step to step', () => {
    const head = new PoolingHead({ width: 3, linFtrs: [5], ps: [0.4, 0.1], classes: 2 }, 1);
    const keys = new DropoutKeys(1);
    const draw = () => head.forward(pooled(), true, keys).dataSync();
    assert.notDeepEqual(draw(), draw());
    assert.equal(keys.counter, 4);
  });
});
