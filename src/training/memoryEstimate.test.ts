import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchSizeThatFits, estimateTrainingMemory, type TrainingSizes } from './memoryEstimate';

const full: TrainingSizes = {
  ...{ embSz: 400, nHid: 1152, nLayers: 3, vocab: 30_000, bs: 64, time: 70 },
  hasDecoder: true,
};

test('the estimate is within a fifth of what whole training steps took', () => {
  // `resident_mib` of test/bench/trainingStep.ts --emb … --hid … --layers … --vocab … --bs …
  for (const [sizes, measuredMib] of [
    [full, 1617],
    [{ ...full, bs: 16 }, 1225],
    [{ ...full, embSz: 128, nHid: 256, nLayers: 2, vocab: 5000, bs: 32 }, 326],
  ] as const) {
    const ratio = estimateTrainingMemory(sizes).total / 2 ** 20 / measuredMib;
    assert.ok(ratio > 0.8 && ratio < 1.2, `${ratio} of ${measuredMib} MiB`);
  }
});

test('weights are those of fastai: 33 million for the full language model with 30,000 words', () => {
  assert.ok(Math.abs(estimateTrainingMemory(full).weights / 4 / 32.3e6 - 1) < 0.01);
});

test('the batch that fits is the one asked for, or half of it as often as needed, or none', () => {
  const { total } = estimateTrainingMemory({ ...full, bs: 16 });
  assert.equal(batchSizeThatFits(full, Infinity), 64);
  assert.equal(batchSizeThatFits(full, total), 16);
  assert.equal(batchSizeThatFits({ ...full, bs: 20 }, total), 10);
  assert.equal(batchSizeThatFits(full, 2 ** 20), 0);
});

test('a classifier has no decoder to hold', () => {
  const classifier = { ...full, hasDecoder: false };
  assert.ok(estimateTrainingMemory(classifier).activations < estimateTrainingMemory(full).activations);
});
