import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { type EngineChoice, useEngine } from '../engines';
import { runKernelWithOutputs } from '../ops/kernel';
import { linearCrossEntropy, linearCrossEntropyKernel } from '../ops/linearCrossEntropy';
import { RandomStream } from '../../random';
import {
  assertClose,
  assertGradientIsSlope,
  assertMatchesReference,
  type Computation,
  propertyRuns,
  randomInput,
  testedEngine,
  useTestedEngine,
} from './againstReference';

interface Sizes {
  rows: number;
  width: number;
  classes: number;
  seed: number;
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  rows: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 7 }),
  classes: fc.integer({ min: 2, max: 40 }),
  seed: fc.nat(1000),
});

function targetsOf({ rows, classes, seed }: Sizes): tf.Tensor1D {
  const random = RandomStream.named(seed, 'targets');
  const targets = Array.from({ length: rows }, () => random.integer(classes));
  return tf.tensor1d(targets, 'int32');
}

function inputsOf({ rows, width, classes, seed }: Sizes): Computation['inputs'] {
  return [
    randomInput(seed, 'hidden', [rows, width]),
    randomInput(seed, 'weight', [classes, width]),
    randomInput(seed, 'bias', [classes]),
  ];
}

function decoder(drawn: Sizes): Computation {
  return {
    inputs: inputsOf(drawn),
    compute: (hidden, weight, bias) => [
      linearCrossEntropy({
        hidden: hidden as tf.Tensor2D,
        weight: weight as tf.Tensor2D,
        bias: bias as tf.Tensor1D,
        targets: targetsOf(drawn),
      }).loss,
    ],
  };
}

test('loss and gradients of the decoder are those of the reference', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (drawn) => {
      await assertMatchesReference(decoder(drawn));
    }),
    propertyRuns,
  );
});

test('extreme logits and biases have the loss and gradients of the reference', async () => {
  const extremes = fc.record({
    drawn: sizes,
    ofHidden: fc.constantFrom(1, 100),
    ofBias: fc.constantFrom(1, 80),
  });
  await fc.assert(
    fc.asyncProperty(extremes, async ({ drawn, ofHidden, ofBias }) => {
      const { inputs, compute } = decoder(drawn);
      const factors = [ofHidden, 1, ofBias];
      const scaled = inputs.map(({ shape, values }, i) => ({
        shape,
        values: values.map((value) => value * (factors[i] ?? 1)),
      }));
      await assertMatchesReference({ inputs: scaled, compute });
    }),
    propertyRuns,
  );
});

test('the gradient of the decoder is its slope', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (drawn) => {
      await assertGradientIsSlope(decoder(drawn));
    }),
    propertyRuns,
  );
});

test('the count of right answers is that of the reference', async () => {
  const count = async (engine: EngineChoice, drawn: Sizes): Promise<number> => {
    await useEngine(engine, 2);
    return tf.tidy(() => {
      const [hidden, weight, bias] = inputsOf(drawn).map(({ shape, values }) =>
        tf.tensor(values, [...shape]),
      );
      const result = linearCrossEntropy({
        hidden: hidden as tf.Tensor2D,
        weight: weight as tf.Tensor2D,
        bias: bias as tf.Tensor1D,
        targets: targetsOf(drawn),
      });
      return result.correct.dataSync()[0] ?? NaN;
    });
  };
  await fc.assert(
    fc.asyncProperty(sizes, async (drawn) => {
      assert.equal(await count(testedEngine, drawn), await count('reference', drawn));
    }),
    propertyRuns,
  );
});

test('of equal logits the first is the answer', async () => {
  await useTestedEngine();
  const correct = tf.tidy(() =>
    linearCrossEntropy({
      hidden: tf.zeros([2, 3]),
      weight: tf.zeros([5, 3]),
      bias: tf.zeros([5]),
      targets: tf.tensor1d([0, 1], 'int32'),
    }).correct.dataSync(),
  );
  assert.deepEqual([...correct], [1]);
});

test('the numbers do not depend on how many rows and classes are taken at a time', async () => {
  await useTestedEngine();
  const drawn = { rows: 11, width: 5, classes: 23, seed: 8 };
  tf.tidy(() => {
    const tensors = inputsOf(drawn).map(({ shape, values }) => tf.tensor(values, [...shape]));
    const named = Object.fromEntries(['hidden', 'weight', 'bias'].map((name, i) => [name, tensors[i]]));
    const run = (chunkRows: number, chunkClasses: number): Float32Array[] =>
      runKernelWithOutputs(
        linearCrossEntropyKernel,
        { ...(named as Record<string, tf.Tensor>), targets: targetsOf(drawn) },
        { withGradient: true, chunkRows, chunkClasses },
      ).map((tensor) => tensor.dataSync<'float32'>());
    const whole = run(11, 23);
    for (const [chunkRows, chunkClasses] of [
      [1, 23],
      [3, 1],
      [4, 5],
      [10, 22],
      [11, 8],
    ] as const) {
      for (const [index, values] of run(chunkRows, chunkClasses).entries()) {
        // Answers need not be counted beside a gradient.
        if (index === 1) continue;
        const name = `${chunkRows} rows, ${chunkClasses} classes: output ${index}`;
        assertClose(values, whole[index] ?? new Float32Array(0), 1e-5, name);
      }
    }
  });
});

test('a target that is almost impossible has its exact loss', async () => {
  await useTestedEngine();
  const loss = tf.tidy(() =>
    linearCrossEntropy({
      hidden: tf.tensor2d([[1]]),
      weight: tf.tensor2d([[0], [200], [199]]),
      bias: tf.zeros([3]),
      targets: tf.tensor1d([0], 'int32'),
    }).loss.dataSync(),
  );
  assertClose(Float32Array.from(loss), Float32Array.of(200 + Math.log(1 + Math.exp(-1))), 1e-6, 'loss');
});

test('a target outside the classes is refused', async () => {
  await useTestedEngine();
  const run = (target: number) => () =>
    tf.tidy(
      () =>
        linearCrossEntropy({
          hidden: tf.zeros([1, 2]),
          weight: tf.zeros([3, 2]),
          bias: tf.zeros([3]),
          targets: tf.tensor1d([target], 'int32'),
        }).loss,
    );
  assert.throws(run(3), RangeError);
  assert.throws(run(-1), RangeError);
});
