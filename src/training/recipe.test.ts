import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expandLearningRate } from './learningRate';
import { classifierRecipe, languageModelBatchSize, languageModelRecipe } from './recipe';

describe('the recipe of a language model', () => {
  const brief = (phases: ReturnType<typeof languageModelRecipe>) =>
    phases.map(({ freezeTo, epochs, lr }) => ({ freezeTo, epochs, lr }));

  test('from scratch trains everything at once', () => {
    assert.deepEqual(brief(languageModelRecipe({ pretrained: false, epochs: 3, lr: 1e-2 })), [
      { freezeTo: 0, epochs: 3, lr: 1e-2 },
    ]);
  });

  test('from pretrained weights trains the top group first, then everything at a tenth of the rate', () => {
    assert.deepEqual(brief(languageModelRecipe({ pretrained: true, epochs: 2, lr: 1e-2 })), [
      { freezeTo: -1, epochs: 2, lr: 1e-2 },
      { freezeTo: 0, epochs: 2, lr: 1e-3 },
    ]);
  });

  test('takes the epochs and the rate that are asked for, and none is no phase', () => {
    const settings = { pretrained: true, epochs: 1, lr: 1e-2 };
    assert.deepEqual(
      brief(languageModelRecipe({ ...settings, unfreezeEpochs: 0 })).map(({ freezeTo }) => freezeTo),
      [-1],
    );
    assert.deepEqual(brief(languageModelRecipe({ ...settings, unfreezeEpochs: 4, unfreezeLr: 5e-4 }))[1], {
      freezeTo: 0,
      epochs: 4,
      lr: 5e-4,
    });
  });
});

describe('the recipe of a classifier', () => {
  test('unfreezes from the top, each group at a 2.6th of the rate above it', () => {
    const phases = classifierRecipe({ batchesPerEpoch: 100 });
    assert.deepEqual(
      phases.map(({ freezeTo, epochs }) => [freezeTo, epochs]),
      [
        [-1, 1],
        [-2, 1],
        [-3, 1],
        [0, 2],
      ],
    );
    const rates = expandLearningRate(phases[3]?.lr ?? 0, 5);
    rates.slice(1).forEach((rate, i) => {
      assert.ok(Math.abs(rate / (rates[i] ?? NaN) - 2.6) < 1e-9);
    });
    assert.deepEqual(
      phases.map(({ lr }) => expandLearningRate(lr, 5).at(-1)),
      [2e-2, 1e-2, 5e-3, 5e-3],
    );
  });

  test('gives few texts more epochs, but not endlessly many', () => {
    const total = (batchesPerEpoch: number) =>
      classifierRecipe({ batchesPerEpoch }).reduce((sum, { epochs }) => sum + epochs, 0);
    assert.deepEqual([1000, 60, 30, 1].map(total), [5, 5, 10, 30]);
  });

  test('takes epochs and rates of each phase; the last given holds for the rest, and 0 leaves a phase out', () => {
    const phases = classifierRecipe({ batchesPerEpoch: 9, epochs: [2, 0, 3], lr: [0.1, 0.2] });
    assert.deepEqual(
      phases.map(({ freezeTo, epochs, lr }) => [freezeTo, epochs, expandLearningRate(lr, 5).at(-1)]),
      [
        [-1, 2, 0.1],
        [-3, 3, 0.2],
        [0, 3, 0.2],
      ],
    );
  });
});

test('the batch size grows with the text, from 8 to 64', () => {
  assert.deepEqual(
    [0, 10_000, 40_000, 1e5, 1e9].map((tokens) => languageModelBatchSize(tokens, 70)),
    [8, 8, 16, 32, 64],
  );
});
