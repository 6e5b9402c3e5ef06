import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { LanguageModelBatches } from '../../src/data/languageModelBatches';
import { useEngine } from '../../src/engine/engines';
import { RandomStream } from '../../src/random';
import { languageModelConfig } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import { LanguageModelTraining } from '../../src/training/languageModelTraining';

/** Handles that TensorFlow has given out and not got back. */
function handles(): number {
  const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors: () => number } };
  return binding.getNumOfTensors();
}

test('five hundred training steps with dropout and optimiser keep no tensor, no handle and no memory', async () => {
  await useEngine('tensorflow');
  const [bs, bptt, vocab] = [4, 8, 50];
  const random = RandomStream.named(1, 'text');
  const ids = Int32Array.from({ length: 25 * bs * bptt + 1 }, () => random.integer(vocab));
  const model = new LanguageModel({ ...languageModelConfig, embSz: 12, nHid: 20 }, vocab, 1);
  const learner = new LanguageModelTraining(model, new LanguageModelBatches([ids], { bs, bptt }), undefined);
  const steps: { tensors: number; handles: number }[] = [];
  const callbacks = {
    onStep: () => void steps.push({ tensors: tf.memory().numTensors, handles: handles() }),
  };
  await learner.fit(4, 1e-3, { validate: false, callbacks });
  const before = steps.at(-1);
  const resident = process.memoryUsage.rss();
  steps.length = 0;
  await learner.fit(21, 1e-3, { validate: false, callbacks });
  assert.ok(steps.length >= 500, `${steps.length} steps`);
  assert.deepEqual(steps.at(-1), before);
  const grown = process.memoryUsage.rss() - resident;
  assert.ok(grown < 60 * 2 ** 20, `grew by ${Math.round(grown / 2 ** 20)} MiB`);
  model.dispose();
  learner.optimizer.dispose();
});
