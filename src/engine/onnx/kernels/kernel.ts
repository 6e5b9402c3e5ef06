import * as tf from '@tensorflow/tfjs-core';
import { type KernelGradient, registerKernelGradient, required } from '../../kernelParts';
import { OnnxBackend, onnxBackendName } from '../backend';

export { asTensor, checkTargets, required, size } from '../../kernelParts';

export interface KernelCall {
  readonly backend: OnnxBackend;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: tf.NamedTensorInfoMap;
  /** The input called `name`. */
  readonly input: (name: string) => tf.TensorInfo;
}

/** Registers `compute` as the kernel `name` of this backend, in the place of an inherited one. */
export function registerOnnxKernel(
  name: string,
  compute: (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[],
): void {
  if (tf.getKernel(name, onnxBackendName) as tf.KernelConfig | undefined) {
    tf.unregisterKernel(name, onnxBackendName);
  }
  tf.registerKernel({
    kernelName: name,
    backendName: onnxBackendName,
    kernelFunc: ({ inputs, backend, attrs = {} }) => {
      if (!(backend instanceof OnnxBackend)) throw new Error(`${name} needs the onnx backend.`);
      const input = (inputName: string): tf.TensorInfo =>
        required(inputs[inputName], `${name}: input ${inputName}`);
      return compute({ backend, attributes: attrs, inputs, input });
    },
  });
}

export function registerOnnxGradient(gradient: KernelGradient): void {
  registerKernelGradient(onnxBackendName, gradient);
}
