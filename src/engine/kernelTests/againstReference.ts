/** For the tests of the kernels: the same computation on the engine under test and on tfjs' plain backend, which has only the references. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../../random';
import { type EngineChoice, useEngine } from '../engines';

/** The engine whose kernels are tested: `onnx`, or the one that the environment names (`npm run test:tensorflow`). */
export const testedEngine = (process.env['ULMFIT_TEST_ENGINE'] ?? 'onnx') as EngineChoice;

export async function useTestedEngine(): Promise<void> {
  await useEngine(testedEngine, 2);
}

export const propertyRuns = { seed: 20240607, numRuns: 25 };

export interface Input {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Computation {
  /** What is differentiated. */
  readonly inputs: readonly Input[];
  readonly compute: (...inputs: tf.Tensor[]) => tf.Tensor[];
}

/** Numbers around 0 that are a function of `seed` and the name. */
export function randomInput(seed: number, name: string, shape: readonly number[], scale = 1): Input {
  const random = RandomStream.named(seed, name);
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  return { shape, values: Float32Array.from({ length }, () => (random.uniform() * 2 - 1) * scale) };
}

/** The outputs, and the gradients of a random linear function of them by each input. */
async function results(engine: EngineChoice, { inputs, compute }: Computation): Promise<Float32Array[]> {
  await useEngine(engine, 2);
  const before = tf.memory().numTensors;
  const tensors = inputs.map(({ shape, values }) => tf.tensor(values.slice(), [...shape]));
  const found = tf.tidy(() => {
    const outputs = compute(...tensors).map((tensor) => Float32Array.from(tensor.dataSync()));
    const gradients = tf.grads((...variables: tf.Tensor[]) => linearFunction(compute(...variables)))(tensors);
    for (const [index, gradient] of gradients.entries()) {
      // What is computed from a gradient has its shape: not only the label on it is right.
      assert.deepEqual(tf.neg(gradient).shape, inputs[index]?.shape);
    }
    return [...outputs, ...gradients.map((tensor) => Float32Array.from(tensor.dataSync()))];
  });
  tf.dispose(tensors);
  assert.equal(tf.memory().numTensors, before, 'every tensor is let go');
  return found;
}

function linearFunction(outputs: tf.Tensor[]): tf.Scalar {
  const terms = outputs.map((output, index) => {
    const { values } = randomInput(11, `weights of output ${index}`, output.shape);
    return tf.sum(tf.mul(output, tf.tensor(values, output.shape)));
  });
  return terms.reduce((a, b) => tf.add(a, b)) as tf.Scalar;
}

/** Asserts that outputs and gradients are those of the reference. */
export async function assertMatchesReference(computation: Computation, tolerance = 1e-4): Promise<void> {
  const expected = await results('reference', computation);
  const actual = await results(testedEngine, computation);
  assert.equal(actual.length, expected.length);
  for (const [index, values] of actual.entries()) {
    assertClose(values, expected[index] ?? new Float32Array(0), tolerance, `result ${index}`);
  }
}

/** Asserts that no number is farther off than `tolerance` of the largest. */
export function assertClose(
  actual: Float32Array,
  expected: Float32Array,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    const near = difference <= tolerance * largest + 1e-6;
    assert.ok(near, `${what}[${i}] is ${actual[i] ?? NaN}, not ${expected[i] ?? NaN}`);
  }
}

/** Asserts that the gradient along a random direction is the central difference of the function. */
export async function assertGradientIsSlope({ inputs, compute }: Computation): Promise<void> {
  await useTestedEngine();
  const step = 1e-2;
  const directions = inputs.map(({ shape }, index) => randomInput(5, `direction ${index}`, shape));
  const valueAt = (distance: number): number =>
    tf.tidy(() => {
      const moved = inputs.map(({ shape, values }, index) =>
        tf.tensor(
          values.map((value, i) => value + distance * (directions[index]?.values[i] ?? 0)),
          [...shape],
        ),
      );
      return linearFunction(compute(...moved)).dataSync()[0] ?? NaN;
    });
  const slope = (valueAt(step) - valueAt(-step)) / (2 * step);
  const { predicted, size } = tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values.slice(), [...shape]));
    const gradients = tf.grads((...variables: tf.Tensor[]) => linearFunction(compute(...variables)))(tensors);
    let along = 0;
    let terms = 0;
    for (const [index, gradient] of gradients.entries()) {
      for (const [i, value] of gradient.dataSync().entries()) {
        const term = value * (directions[index]?.values[i] ?? 0);
        along += term;
        terms += Math.abs(term);
      }
    }
    return { predicted: along, size: terms };
  });
  assert.ok(
    Math.abs(slope - predicted) <= 0.01 * size + 1e-3,
    `the slope is ${slope}, the gradient says ${predicted}`,
  );
}

/** Windows of `batch` rows in `time` steps, empty ones too. */
export function windows(time: number, batch: number): fc.Arbitrary<{ start: number[]; end: number[] }> {
  return fc
    .array(fc.tuple(fc.integer({ min: 0, max: time }), fc.integer({ min: 0, max: time })), {
      minLength: batch,
      maxLength: batch,
    })
    .map((pairs) => ({
      start: pairs.map(([a, b]) => Math.min(a, b)),
      end: pairs.map(([a, b]) => Math.max(a, b)),
    }));
}
