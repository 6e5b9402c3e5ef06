import type * as tf from '@tensorflow/tfjs-core';
import { type AdamWOptions, adamWKernel } from '../../ops/adamW';
import { type KernelCall, registerOnnxKernel } from './kernel';

export function registerAdamW(): void {
  registerOnnxKernel(adamWKernel, step);
}

function step({ backend, input, attributes }: KernelCall): tf.TensorInfo[] {
  adamWInPlace(
    backend.floats(input('parameter')),
    backend.floats(input('mean')),
    backend.floats(input('variance')),
    backend.floats(input('gradient')),
    attributes as Readonly<Record<string, unknown>> & AdamWOptions,
  );
  return [];
}

/**
 * One loop that reads and writes each number once. The same as an ONNX graph passes over all the numbers about ten
 * times and is slower.
 */
export function adamWInPlace(
  parameter: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  gradient: Float32Array,
  { lr, beta1, beta2, eps, weightDecay, step: steps, gradientScale }: AdamWOptions,
): void {
  const shrink = 1 - weightDecay * lr;
  const stepSize = lr / (1 - beta1 ** steps);
  const correction = 1 / Math.sqrt(1 - beta2 ** steps);
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  for (let i = 0; i < parameter.length; i++) {
    const g = (gradient[i] ?? 0) * gradientScale;
    const m = beta1 * (mean[i] ?? 0) + rest1 * g;
    const v = beta2 * (variance[i] ?? 0) + rest2 * g * g;
    mean[i] = m;
    variance[i] = v;
    parameter[i] = (parameter[i] ?? 0) * shrink - (stepSize * m) / (Math.sqrt(v) * correction + eps);
  }
}
