import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { variableOf } from '../../src/model/initialize';
import { AdamWOptimizer } from '../../src/training/adamWOptimizer';
import { learningRateAt } from '../../src/training/learningRateFinder';
import { expandLearningRate, slice } from '../../src/training/learningRate';
import { oneCycleSchedule } from '../../src/training/schedule';
import { SmoothedLoss } from '../../src/training/smoothedLoss';
import { assertClose } from './compare';
import { engines, useEngine } from './engines';
import { flatten, golden, type HyperParameters } from './goldenFile';

test('the one-cycle policy gives the rate of every group and the momentum of fastai at every iteration', () => {
  const { n_batches_per_epoch: batches, epochs, moms, per_iteration: wanted, ...vector } = golden.one_cycle;
  const groups = wanted[0]?.lr.length ?? 0;
  const peaks = expandLearningRate(slice(...sliceArguments(vector.lr)), groups);
  const [high, low] = moms;
  const schedule = oneCycleSchedule(batches * epochs, peaks, { moms: [high ?? 0, low ?? 0] });
  const same = (iteration: number, expected: HyperParameters) => {
    const { lr, momentum } = schedule(iteration);
    lr.forEach((rate, group) => {
      assert.ok(Math.abs(rate / (expected.lr[group] ?? NaN) - 1) < 1e-6, `lr ${iteration}/${group}`);
    });
    assert.ok(Math.abs(momentum - expected.mom) < 1e-9, `momentum ${iteration}`);
  };
  assert.equal(wanted.length, batches * epochs);
  wanted.forEach((expected, iteration) => {
    same(iteration, expected);
  });
  same(batches * epochs, vector.final_after_last_batch);
});

test('a slice spreads over the layer groups as in fastai', () => {
  assertClose(expandLearningRate(slice(1e-3), 4), golden.lr_range_4_groups['slice(1e-3)'], 'slice(1e-3)');
  assertClose(
    expandLearningRate(slice(1e-4, 1e-2), 4),
    golden.lr_range_4_groups['slice(1e-4,1e-2)'],
    'slice(1e-4,1e-2)',
  );
});

test('the learning rate finder tries the rates of fastai', () => {
  const { lrs, num_it: steps } = golden.lr_find;
  lrs.forEach((rate, iteration) => {
    assert.ok(Math.abs(learningRateAt(iteration, steps) / rate - 1) < 1e-4, `rate ${iteration}`);
  });
});

test('the training loss is smoothed as in fastai', () => {
  const smoothed = new SmoothedLoss();
  assertClose(
    golden.smooth_loss.in.map((loss) => smoothed.add(loss)),
    golden.smooth_loss.out,
    'smoothed loss',
  );
});

for (const engine of engines) {
  test(`AdamW changes weights as fastai's does, step by step, on ${engine}`, async () => {
    await useEngine(engine);
    const { init, steps, wd, beta2, eps } = golden.adamw;
    const variables = new Map(
      (['weight', 'bias'] as const).map((name) => {
        const { values, shape } = flatten(init[name]);
        return [name, variableOf([...shape], values)] as const;
      }),
    );
    const optimizer = new AdamWOptimizer([variables], 0, { wd, beta2, eps });
    for (const [index, { lr, beta1, grad, after }] of steps.entries()) {
      const gradients = Object.fromEntries(
        [...variables].map(([name, variable]) => {
          const { values } = flatten(grad[name]);
          return [variable.name, tf.tensor(values, variable.shape)];
        }),
      );
      optimizer.apply(gradients, { lr: [lr], momentum: beta1 });
      for (const [name, variable] of variables)
        assertClose(variable, after[name], `${name} after step ${index}`);
    }
  });
}

before(() => useEngine('reference'));

/** `slice(1e-4,1e-2)` → [1e-4, 1e-2] */
function sliceArguments(text: string): [number, number?] {
  const [start, stop] = [...text.matchAll(/[\d.e-]+(?=[,)])/g)].map(([number]) => Number(number));
  return stop === undefined ? [start ?? 0] : [start ?? 0, stop];
}
