/**
 * The kernels' property tests draw small sizes. Here every size is beyond what one workgroup, one tile or one chunk holds,
 * and none is a multiple of it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import {
  assertMatchesReference,
  type Computation,
  randomInput,
} from '../../src/engine/kernelTests/againstReference';
import { activationRegularization } from '../../src/engine/ops/activationRegularization';
import { concatPool } from '../../src/engine/ops/concatPool';
import { dropout } from '../../src/engine/ops/dropout';
import { embedding } from '../../src/engine/ops/embedding';
import { runKernelWithOutputs } from '../../src/engine/ops/kernel';
import { linearCrossEntropy, linearCrossEntropyKernel } from '../../src/engine/ops/linearCrossEntropy';
import { lstmLayer } from '../../src/engine/ops/lstmLayer';
import { RandomStream } from '../../src/random';
import { webgpuBackend } from './webgpuEngine';

function integers(seed: number, length: number, bound: number): Int32Array {
  const random = RandomStream.named(seed, 'integers');
  return Int32Array.from({ length }, () => random.integer(bound));
}

// A thread takes one, two or four rows of the batch.
for (const batch of [5, 20, 37, 70]) {
  test(`an LSTM layer of ${batch} rows and its gradients are those of the reference`, async () => {
    const [time, width, hidden] = [3, 71, 37];
    await assertMatchesReference({
      inputs: [
        randomInput(1, 'input', [time, batch, width]),
        randomInput(1, 'h0', [batch, hidden]),
        randomInput(1, 'c0', [batch, hidden]),
        randomInput(1, 'weightIh', [4 * hidden, width], 0.2),
        randomInput(1, 'weightHh', [4 * hidden, hidden], 0.2),
        randomInput(1, 'biasIh', [4 * hidden], 0.5),
        randomInput(1, 'biasHh', [4 * hidden], 0.5),
      ],
      compute: (...tensors) => {
        const [input, h0, c0, weightIh, weightHh, biasIh, biasHh] = tensors as [
          tf.Tensor3D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor1D,
          tf.Tensor1D,
        ];
        const { output, h, c } = lstmLayer({ input, h0, c0, weightIh, weightHh, biasIh, biasHh });
        return [output, h, c];
      },
    });
  });
}

const [rows, width, classes] = [131, 70, 601];
const decoderInputs = [
  randomInput(2, 'hidden', [rows, width]),
  randomInput(2, 'weight', [classes, width]),
  randomInput(2, 'bias', [classes]),
];

test('loss and gradients of the decoder are those of the reference', async () => {
  const targets = integers(2, rows, classes);
  const computation: Computation = {
    inputs: decoderInputs,
    compute: (hidden, weight, bias) => {
      const { loss } = linearCrossEntropy({
        hidden: hidden as tf.Tensor2D,
        weight: weight as tf.Tensor2D,
        bias: bias as tf.Tensor1D,
        targets: tf.tensor1d(targets, 'int32'),
      });
      return [loss];
    },
  };
  await assertMatchesReference(computation);
});

test('the numbers of the decoder do not depend on how many rows are taken at a time', async () => {
  await webgpuBackend();
  tf.tidy(() => {
    const [hidden, weight, bias] = decoderInputs.map(({ shape, values }) =>
      tf.tensor(values, [...shape]),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const targets = tf.tensor1d(integers(2, rows, classes), 'int32');
    const [loss, correct] = [131, 64, 50].map((chunkRows) =>
      runKernelWithOutputs(
        linearCrossEntropyKernel,
        { hidden, weight, bias, targets },
        { withGradient: true, chunkRows },
      ),
    );
    for (const [index, whole] of (loss ?? []).slice(0, 2).entries()) {
      const [a = NaN] = whole.dataSync();
      const [b = NaN] = correct?.[index]?.dataSync() ?? [];
      assert.ok(Math.abs(a - b) <= 1e-5 * Math.abs(a), `${a} and ${b}`);
    }
  });
});

test('the gradient of an embedding whose words come often is that of the reference', async () => {
  const [time, batch, words] = [40, 9, 30];
  const ids = integers(3, time * batch, words);
  const factors = Float32Array.from({ length: words }, (_, word) => (word % 5 === 2 ? 0 : 1.25));
  await assertMatchesReference({
    inputs: [randomInput(3, 'weight', [words, 130])],
    compute: (weight) => [
      embedding({
        ids: tf.tensor2d(ids, [time, batch], 'int32'),
        weight: weight as tf.Tensor2D,
        rowScale: tf.tensor1d(factors),
        padId: 1,
      }),
    ],
  });
});

test('dropout of odd lengths has the bits of the reference, shared over time or not', async () => {
  const [time, batch, features] = [7, 13, 37];
  for (const period of [batch * features, time * batch * features]) {
    await assertMatchesReference(
      {
        inputs: [randomInput(4, 'x', [time, batch, features])],
        compute: (x) => [dropout(x, { rate: 0.3, key: [0xdeadbeef, 0x1234567], period })],
      },
      0,
    );
  }
});

test('pooling and regularisation over long windows are those of the reference', async () => {
  const [time, batch, features] = [83, 11, 45];
  const start = integers(5, batch, 20);
  const end = start.map((first, row) => (row === 3 ? first : first + 10 + row * 4));
  const window = () => ({ start: tf.tensor1d(start, 'int32'), end: tf.tensor1d(end, 'int32') });
  await assertMatchesReference({
    inputs: [randomInput(5, 'output', [time, batch, features])],
    compute: (x) => [
      concatPool(x as tf.Tensor3D, window()),
      activationRegularization(x as tf.Tensor3D, window(), { alpha: 2, beta: 1 }),
    ],
  });
});
