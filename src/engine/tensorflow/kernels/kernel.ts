import * as tf from '@tensorflow/tfjs-core';
import { type KernelGradient, registerKernelGradient, required } from '../../kernelParts';
import { isTensorFlowBackend, type TensorFlowBackend } from '../binding';
import { type RawOps, withRawOps } from '../rawOps';

export { checkTargets, required, size } from '../../kernelParts';

/** The name under which `@tensorflow/tfjs-node` registers itself. */
export const tensorflowBackendName = 'tensorflow';

export interface KernelCall {
  readonly ops: RawOps;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The input called `name`. */
  readonly input: (name: string) => tf.TensorInfo;
}

/** Registers `compute` as the kernel `name` of this backend; handles that it does not return are deleted. */
export function registerTensorFlowKernel(
  name: string,
  compute: (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[],
): void {
  tf.registerKernel({
    kernelName: name,
    backendName: tensorflowBackendName,
    kernelFunc: ({ inputs, attrs = {} }) =>
      withRawOps(currentBackend(), (ops) => {
        const input = (inputName: string): tf.TensorInfo =>
          required(inputs[inputName], `${name}: input ${inputName}`);
        return compute({ ops, attributes: attrs, input });
      }),
  });
}

export function registerTensorFlowGradient(gradient: KernelGradient): void {
  registerKernelGradient(tensorflowBackendName, gradient);
}

/** Computes a tensor with raw operations; for gradients, which tfjs does not hand the backend to. */
export function computeTensor(compute: (ops: RawOps) => tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(withRawOps(currentBackend(), compute));
}

/** The backend in use. */
export function currentBackend(): TensorFlowBackend {
  const backend: unknown = tf.backend();
  if (!isTensorFlowBackend(backend)) throw new Error('The tensorflow backend is not in use.');
  return backend;
}

/** The numbers of an int32 tensor. */
export function integersOf({ backend }: RawOps, tensor: tf.TensorInfo): Int32Array {
  const values = backend.readSync(tensor.dataId);
  return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>);
}
