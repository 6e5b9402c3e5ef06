import assert from 'node:assert/strict';
import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../../src/model/namedTensors';
import { flatten, type NamedTensors as GoldenTensors, type Nested } from './goldenFile';

export const relativeTolerance = 1e-4;
export const absoluteTolerance = 1e-5;

/**
 * Fails at the first number that differs from the real fastai's by more than the tolerance, which is relative to each
 * number or, with `byLargest`, to the tensor's largest.
 */
export function assertClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: Nested,
  what: string,
  { rtol = relativeTolerance, byLargest = false } = {},
): void {
  const values = 'dataSync' in actual ? actual.dataSync() : actual;
  const wanted = flatten(expected).values;
  assert.equal(values.length, wanted.length, `${what}: how many numbers`);
  const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs((values[i] ?? NaN) - (wanted[i] ?? NaN));
    const allowed = absoluteTolerance + rtol * (byLargest ? largest : Math.abs(wanted[i] ?? 0));
    assert.ok(difference <= allowed, `${what}[${i}]: ${values[i] ?? ''} where fastai has ${wanted[i] ?? ''}`);
  }
}

/** Golden weights as tensors of ours: `rename` gives the name here, or nothing for a copy that is not kept twice. */
export function toNamedTensors(
  weights: GoldenTensors,
  rename: (name: string) => string | undefined,
): NamedTensors {
  const tensors: NamedTensors = new Map();
  for (const [name, nested] of Object.entries(weights)) {
    const renamed = rename(name);
    if (renamed === undefined) continue;
    const { values, shape } = flatten(nested);
    tensors.set(renamed, { shape: [...shape], data: values });
  }
  return tensors;
}

/** `[batch][time]` ids as the engine has them: `[time, batch]`, flat. */
export function timeMajor(rows: readonly (readonly number[])[]): {
  ids: Int32Array;
  time: number;
  batch: number;
} {
  const batch = rows.length;
  const time = rows[0]?.length ?? 0;
  const ids = new Int32Array(time * batch);
  rows.forEach((row, b) => {
    row.forEach((id, t) => (ids[t * batch + b] = id));
  });
  return { ids, time, batch };
}
