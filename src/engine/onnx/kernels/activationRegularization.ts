import type * as tf from '@tensorflow/tfjs-core';
import { activationRegularizationKernel } from '../../ops/activationRegularization';
import { currentBackend, type OnnxBackend } from '../backend';
import {
  asTensor,
  type KernelCall,
  registerOnnxGradient,
  registerOnnxKernel,
  required,
  size,
} from './kernel';

export function registerActivationRegularization(): void {
  registerOnnxKernel(activationRegularizationKernel, forward);
  registerOnnxGradient({
    kernelName: activationRegularizationKernel,
    inputsToSave: ['output', 'start', 'end'],
    gradient: ([dy], saved, attributes) => ({
      output: () => {
        const [output, start, end] = saved;
        const backend = currentBackend();
        const tensors = {
          output: required(output, 'output'),
          start: required(start, 'start'),
          end: required(end, 'end'),
        };
        const factor = backend.floats(required(dy, 'dy'))[0] ?? 0;
        return gradient(backend, layoutOf(backend, tensors, attributes), factor, tensors.output.shape);
      },
    }),
  });
}

interface Layout {
  readonly values: Float32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly batch: number;
  readonly features: number;
  /** α over the number of elements inside the windows. */
  readonly ofSquares: number;
  /** β over the number of differences inside the windows; 0 where fastai leaves this term out. */
  readonly ofDifferences: number;
}

function layoutOf(
  backend: OnnxBackend,
  tensors: Record<'output' | 'start' | 'end', tf.TensorInfo>,
  attributes: Readonly<Record<string, unknown>>,
): Layout {
  const start = backend.integers(tensors.start);
  const end = backend.integers(tensors.end);
  const batch = size(tensors.output, 1);
  const features = size(tensors.output, 2);
  let steps = 0;
  let pairs = 0;
  for (let b = 0; b < batch; b++) {
    const length = Math.max(0, (end[b] ?? 0) - (start[b] ?? 0));
    steps += length;
    pairs += Math.max(0, length - 1);
  }
  return {
    values: backend.floats(tensors.output),
    start,
    end,
    batch,
    features,
    ofSquares: steps === 0 ? 0 : Number(attributes['alpha']) / (steps * features),
    ofDifferences: pairs === 0 || batch === 1 ? 0 : Number(attributes['beta']) / (pairs * features),
  };
}

function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo {
  const tensors = { output: input('output'), start: input('start'), end: input('end') };
  const layout = layoutOf(backend, tensors, attributes);
  const { values, start, end, batch, features } = layout;
  const step = batch * features;
  let squares = 0;
  let differences = 0;
  for (let b = 0; b < batch; b++) {
    const last = end[b] ?? 0;
    for (let t = start[b] ?? 0; t < last; t++) {
      const from = t * step + b * features;
      const hasNext = t + 1 < last;
      for (let at = from; at < from + features; at++) {
        const value = values[at] ?? 0;
        squares += value * value;
        if (hasNext) {
          const difference = (values[at + step] ?? 0) - value;
          differences += difference * difference;
        }
      }
    }
  }
  return backend.wrap(Float32Array.of(layout.ofSquares * squares + layout.ofDifferences * differences));
}

function gradient(backend: OnnxBackend, layout: Layout, dy: number, shape: number[]): tf.Tensor {
  const { values, start, end, batch, features } = layout;
  const ofSquares = 2 * dy * layout.ofSquares;
  const ofDifferences = 2 * dy * layout.ofDifferences;
  const step = batch * features;
  const out = backend.allocateZeros(values.length);
  for (let b = 0; b < batch; b++) {
    const [first, last] = [start[b] ?? 0, end[b] ?? 0];
    for (let t = first; t < last; t++) {
      const from = t * step + b * features;
      for (let at = from; at < from + features; at++) {
        const value = values[at] ?? 0;
        const fromBefore = t > first ? value - (values[at - step] ?? 0) : 0;
        const toNext = t + 1 < last ? value - (values[at + step] ?? 0) : 0;
        out[at] = ofSquares * value + ofDifferences * (fromBefore + toNext);
      }
    }
  }
  return asTensor(backend.wrap(out, ...shape));
}
