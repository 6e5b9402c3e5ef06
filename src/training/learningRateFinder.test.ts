import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { useEngine } from '../engine/engines';
import { readLearnerState } from './learnerState';
import { findLearningRate, learningRateAt, suggestLearningRate } from './learningRateFinder';
import { tinyLanguageModelTraining } from './tinyLearners';

before(() => useEngine('onnx', 1));

describe('the learning rate finder', () => {
  test('leaves the learner as it was, byte for byte, so that training goes on as without it', async () => {
    const [searched, plain] = [tinyLanguageModelTraining(), tinyLanguageModelTraining()];
    for (const learner of [searched, plain]) {
      learner.freezeTo(1);
      await learner.fitOneCycle(1, 1e-2);
    }
    const before = readLearnerState(searched);
    const { lrs, losses } = await findLearningRate(searched, { numIt: 30, stopDiv: false });
    assert.equal(lrs.length, 30);
    assert.ok(losses.every(Number.isFinite));
    assert.deepEqual(readLearnerState(searched), before);
    for (const learner of [searched, plain]) await learner.fitOneCycle(1, 1e-2);
    assert.deepEqual(readLearnerState(searched).tensors, readLearnerState(plain).tensors);
  });

  test('stops where the loss is four times the best, and a loss beyond all numbers is no error', async () => {
    const learner = tinyLanguageModelTraining();
    const before = readLearnerState(learner);
    const wild = await findLearningRate(learner, { numIt: 40, startLr: 1, endLr: 1e12 });
    assert.ok(wild.lrs.length < 40);
    assert.ok(wild.losses.every(Number.isFinite));
    assert.deepEqual(readLearnerState(learner), before);
  });

  test('can be stopped', async () => {
    let steps = 0;
    const { lrs } = await findLearningRate(tinyLanguageModelTraining(), {
      onStep: () => {
        steps++;
      },
      shouldStop: () => steps === 6,
    });
    assert.equal(lrs.length, 6);
  });
});

describe('the suggestion', () => {
  const losses = [
    ...[4.0, 4.0, 3.98, 3.97, 3.97, 3.96, 3.95, 3.93, 3.9, 3.88, 3.85, 3.8, 3.7],
    ...[3.5, 3.1, 2.6, 2.3, 2.2, 2.25, 2.5, 3.5, 6.0, 9.0, 12.0, 15.0, 20.0],
  ];
  const rates = losses.map((_, i) => learningRateAt(i, 100));

  test('is where numpy.gradient of the losses is least, ten points cut off before and five behind', () => {
    const { suggestion, minimumOverTen } = suggestLearningRate(rates, losses);
    assert.equal(suggestion, rates[14]);
    assert.equal(minimumOverTen, (rates[17] ?? NaN) / 10);
  });

  test('takes a difference to one side alone at the ends, as numpy does', () => {
    // numpy.gradient gives −2, −1.25, −0.3, 0.25, 0.6
    assert.equal(suggestLearningRate([1, 2, 3, 4, 5], [5, 3, 2.5, 2.4, 3], 0, 0).suggestion, 1);
    assert.equal(suggestLearningRate([1, 2, 3], [1, 1.5, 0.5], 0, 0).suggestion, 3);
  });

  test('is not made from a curve that is too short', () => {
    assert.deepEqual(suggestLearningRate(rates.slice(0, 16), losses.slice(0, 16)), {
      suggestion: undefined,
      minimumOverTen: undefined,
    });
  });
});
