import type * as tf from '@tensorflow/tfjs-core';
import { concatPoolKernel } from '../../ops/concatPool';
import { currentBackend, type OnnxBackend } from '../backend';
import {
  asTensor,
  type KernelCall,
  registerOnnxGradient,
  registerOnnxKernel,
  required,
  size,
} from './kernel';

export function registerConcatPool(): void {
  registerOnnxKernel(concatPoolKernel, forward);
  registerOnnxGradient({
    kernelName: concatPoolKernel,
    inputsToSave: ['output', 'start', 'end'],
    gradient: ([dy], saved) => ({ output: () => gradient(required(dy, 'dy'), saved) }),
  });
}

function forward({ backend, input }: KernelCall): tf.TensorInfo {
  const output = backend.floats(input('output'));
  const start = backend.integers(input('start'));
  const end = backend.integers(input('end'));
  const batch = size(input('output'), 1);
  const features = size(input('output'), 2);
  const pooled = new Float32Array(batch * 3 * features);
  for (let b = 0; b < batch; b++) {
    const [first, last] = [start[b] ?? 0, end[b] ?? 0];
    for (let k = 0; first < last && k < features; k++) {
      let highest = -Infinity;
      let total = 0;
      for (let t = first; t < last; t++) {
        const value = output[(t * batch + b) * features + k] ?? 0;
        // Not Math.max: NaN must come through, so that a diverged run is noticed.
        if (!(value <= highest)) highest = value;
        total += value;
      }
      const to = b * 3 * features + k;
      pooled[to] = output[((last - 1) * batch + b) * features + k] ?? 0;
      pooled[to + features] = highest;
      pooled[to + 2 * features] = total / (last - first);
    }
  }
  return backend.wrap(pooled, batch, 3 * features);
}

/** The maximum sends its gradient to the first step that has it. */
function gradient(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor {
  const backend: OnnxBackend = currentBackend();
  const tensor = required(saved[0], 'output');
  const output = backend.floats(tensor);
  const start = backend.integers(required(saved[1], 'start'));
  const end = backend.integers(required(saved[2], 'end'));
  const batch = size(tensor, 1);
  const features = size(tensor, 2);
  const dPooled = backend.floats(dy);
  const out = backend.allocateZeros(output.length);
  for (let b = 0; b < batch; b++) {
    const [first, last] = [start[b] ?? 0, end[b] ?? 0];
    for (let k = 0; first < last && k < features; k++) {
      const from = b * 3 * features + k;
      const ofMean = (dPooled[from + 2 * features] ?? 0) / (last - first);
      let highest = -Infinity;
      let highestAt = 0;
      for (let t = first; t < last; t++) {
        const at = (t * batch + b) * features + k;
        const value = output[at] ?? 0;
        if (value > highest) {
          highest = value;
          highestAt = at;
        }
        out[at] = ofMean;
      }
      const lastAt = ((last - 1) * batch + b) * features + k;
      out[lastAt] = (out[lastAt] ?? 0) + (dPooled[from] ?? 0);
      out[highestAt] = (out[highestAt] ?? 0) + (dPooled[from + features] ?? 0);
    }
  }
  return asTensor(backend.wrap(out, ...tensor.shape));
}
