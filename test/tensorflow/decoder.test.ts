/** Which of TensorFlow's operations the decoder uses: the fast ones must not be lost silently. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../../src/engine/engines';
import { linearCrossEntropy } from '../../src/engine/ops/linearCrossEntropy';
import { currentBackend } from '../../src/engine/tensorflow/kernels/kernel';

/** The names of the operations of one decoder, forward and backward. */
async function operations(logit: number, bias: number): Promise<string[]> {
  await useEngine('tensorflow', 2);
  const backend = currentBackend();
  const { binding } = backend;
  const names: string[] = [];
  const executeOp: typeof binding.executeOp = (name, ...rest) => {
    names.push(name);
    return binding.executeOp(name, ...rest);
  };
  Object.assign(backend, { binding: Object.create(binding, { executeOp: { value: executeOp } }) as object });
  try {
    tf.tidy(() => {
      const loss = (hidden: tf.Tensor): tf.Scalar =>
        linearCrossEntropy({
          hidden: hidden as tf.Tensor2D,
          weight: tf.fill([7, 1], logit),
          bias: tf.fill([7], bias),
          targets: tf.tensor1d([3, 4], 'int32'),
        }).loss;
      tf.grad(loss)(tf.ones([2, 1])).dataSync();
    });
  } finally {
    Object.assign(backend, { binding });
  }
  return names;
}

test('training on ordinary logits takes exponentials, which cost a third of a softmax', async () => {
  const names = await operations(12, -3);
  assert.ok(names.includes('Exp'));
  assert.ok(!names.includes('Softmax'));
});

test('logits beyond what float32 has exponentials for get the softmax', async () => {
  for (const logit of [95, -95]) assert.ok((await operations(logit, 0)).includes('Softmax'), String(logit));
});

test('a bias beyond it gets the softmax, and no exponentials first', async () => {
  const names = await operations(1, 30);
  assert.ok(names.includes('Softmax'));
  assert.ok(!names.includes('Exp'));
});
