import * as tf from '@tensorflow/tfjs-core';
import { type KernelGradient, registerKernelGradient, required } from '../../kernelParts';
import { UlmfitWebgpuBackend, webgpuBackendName } from '../backend';

export { asTensor, checkTargets, required, size } from '../../kernelParts';

export interface KernelCall {
  readonly backend: UlmfitWebgpuBackend;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The input called `name`. */
  readonly input: (name: string) => tf.TensorInfo;
}

export function registerWebgpuKernel(
  name: string,
  compute: (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[],
): void {
  tf.registerKernel({
    kernelName: name,
    backendName: webgpuBackendName,
    kernelFunc: ({ inputs, backend, attrs = {} }) => {
      if (!(backend instanceof UlmfitWebgpuBackend)) throw new Error(`${name} needs the webgpu backend.`);
      const input = (inputName: string): tf.TensorInfo =>
        required(inputs[inputName], `${name}: input ${inputName}`);
      return compute({ backend, attributes: attrs, input });
    },
  });
}

export function registerWebgpuGradient(gradient: KernelGradient): void {
  registerKernelGradient(webgpuBackendName, gradient);
}

/**
 * What a kernel keeps for its gradient, shown to tfjs as empty: it would otherwise make zeros of its full size for a
 * gradient that never arrives.
 */
export function kept(info: tf.TensorInfo): tf.TensorInfo {
  return { ...info, shape: [0] };
}
