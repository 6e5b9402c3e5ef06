import type * as tf from '@tensorflow/tfjs-core';
import { embeddingKernel } from '../../ops/embedding';
import { currentBackend, type OnnxBackend } from '../backend';
import {
  asTensor,
  type KernelCall,
  registerOnnxGradient,
  registerOnnxKernel,
  required,
  size,
} from './kernel';

export function registerEmbedding(): void {
  registerOnnxKernel(embeddingKernel, forward);
  registerOnnxGradient({
    kernelName: embeddingKernel,
    inputsToSave: ['ids', 'weight', 'rowScale'],
    gradient: ([dy], saved, attributes) => ({
      weight: () => weightGradient(required(dy, 'dy'), saved, Number(attributes['padId'])),
    }),
  });
}

/** The factors of the rows, or none: a scalar stands for no embedding dropout. */
function rowFactors(backend: OnnxBackend, rowScale: tf.TensorInfo): Float32Array | undefined {
  return rowScale.shape.length === 0 ? undefined : backend.floats(rowScale);
}

function forward({ backend, input }: KernelCall): tf.TensorInfo {
  const ids = backend.integers(input('ids'));
  const weight = backend.floats(input('weight'));
  const factors = rowFactors(backend, input('rowScale'));
  const words = size(input('weight'), 0);
  const width = size(input('weight'), 1);
  const out = backend.allocateZeros(ids.length * width);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] ?? 0;
    if (id < 0 || id >= words) throw new RangeError(`Token id ${id} is not in the vocabulary of ${words}.`);
    const factor = factors ? (factors[id] ?? 0) : 1;
    const from = id * width;
    if (factor === 1) {
      out.set(weight.subarray(from, from + width), row * width);
    } else if (factor !== 0) {
      const to = row * width;
      for (let k = 0; k < width; k++) out[to + k] = (weight[from + k] ?? 0) * factor;
    }
  }
  return backend.wrap(out, ...input('ids').shape, width);
}

/** Dense, as the optimiser wants it; one pass over the tokens, in their order, so the sum is always the same. */
function weightGradient(dy: tf.Tensor, saved: readonly tf.Tensor[], padId: number): tf.Tensor {
  const backend = currentBackend();
  const [idTensor, weight, rowScale] = saved;
  const ids = backend.integers(required(idTensor, 'ids'));
  const factors = rowFactors(backend, required(rowScale, 'rowScale'));
  const shape = required(weight, 'weight').shape;
  const [words = 0, width = 0] = shape;
  const dOut = backend.floats(dy);
  const total = backend.allocateZeros(words * width);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] ?? 0;
    const factor = factors ? (factors[id] ?? 0) : 1;
    if (id === padId || factor === 0) continue;
    const from = row * width;
    const to = id * width;
    for (let k = 0; k < width; k++) total[to + k] = (total[to + k] ?? 0) + (dOut[from + k] ?? 0) * factor;
  }
  return asTensor(backend.wrap(total, ...shape));
}
