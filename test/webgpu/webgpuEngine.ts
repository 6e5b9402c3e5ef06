/** The backend of the `webgpu` engine, in use, for tests that count what it does. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { LanguageModelBatches } from '../../src/data/languageModelBatches';
import { useEngine } from '../../src/engine/engines';
import { RandomStream } from '../../src/random';
import { UlmfitWebgpuBackend } from '../../src/engine/webgpu/backend';
import { languageModelConfig } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import { LanguageModelTraining } from '../../src/training/languageModelTraining';

export async function webgpuBackend(): Promise<UlmfitWebgpuBackend> {
  await useEngine('webgpu');
  const backend = tf.backend();
  assert.ok(backend instanceof UlmfitWebgpuBackend);
  return backend;
}

/** Three layers and 70 time steps as in ULMFiT, everything else small; all dropouts. */
export function smallTraining(
  batches: number,
  { bs = 4, bptt = 70, vocab = 64 } = {},
): LanguageModelTraining {
  const random = RandomStream.named(1, 'webgpu test');
  const text = Int32Array.from({ length: bs * bptt * batches }, () => random.integer(vocab));
  const model = new LanguageModel({ ...languageModelConfig, embSz: 16, nHid: 24 }, vocab, 1);
  return new LanguageModelTraining(model, new LanguageModelBatches([text], { bs, bptt }), undefined, {
    seed: 1,
  });
}

export function dispose(training: LanguageModelTraining): void {
  training.model.dispose();
  training.optimizer.dispose();
}
