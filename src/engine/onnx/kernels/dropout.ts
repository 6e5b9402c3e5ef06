import type * as tf from '@tensorflow/tfjs-core';
import type { StreamKey } from '../../random';
import { dropoutKernel } from '../../ops/dropout';
import { runKernel } from '../../ops/kernel';
import { dropElements } from './dropElements';
import { type KernelCall, registerOnnxGradient, registerOnnxKernel, required } from './kernel';

export function registerDropout(): void {
  registerOnnxKernel(dropoutKernel, forward);
  registerOnnxGradient({
    kernelName: dropoutKernel,
    // The mask is a function of its key: made again, it need not be kept.
    gradient: ([dy], _saved, attributes) => ({
      x: () => runKernel(dropoutKernel, { x: required(dy, 'dy') }, attributes),
    }),
  });
}

function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo {
  const x = backend.floats(input('x'));
  const rate = Number(attributes['rate']);
  const period = Number(attributes['period']);
  const key = attributes['key'] as StreamKey;
  const out = new Float32Array(x.length);
  if (period === x.length) {
    dropElements(x, rate, key, out);
  } else {
    const mask = new Float32Array(period);
    dropElements(new Float32Array(period).fill(1), rate, key, mask);
    for (let from = 0; from < x.length; from += period) {
      for (let j = 0; j < period; j++) out[from + j] = (x[from + j] ?? 0) * (mask[j] ?? 0);
    }
  }
  return backend.wrap(out, ...input('x').shape);
}
