import * as tf from '@tensorflow/tfjs-core';
import { onnxBackendName } from '../backend';
import { type KernelCall, registerOnnxKernel, required } from './kernel';

/**
 * Sums and products of tensors of one shape, as gradients are added up, in plain loops: the inherited kernels call a
 * function and divide twice for each element. Everything else is left to the inherited kernels.
 */
export function registerElementwise(): void {
  registerBinary(tf.Add, (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) + (b[i] ?? 0);
  });
  registerBinary(tf.Multiply, (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) * (b[i] ?? 0);
  });
  registerOnnxKernel(tf.AddN, addAll);
}

function registerBinary(
  name: string,
  compute: (a: Float32Array, b: Float32Array, out: Float32Array) => void,
): void {
  const inherited = required(
    tf.getKernel(name, onnxBackendName) as tf.KernelConfig | undefined,
    `the inherited kernel ${name}`,
  );
  registerOnnxKernel(name, ({ backend, input, inputs, attributes }) => {
    const [a, b] = [input('a'), input('b')];
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || !tf.util.arraysEqual(a.shape, b.shape)) {
      return inherited.kernelFunc({ inputs, backend, attrs: attributes as tf.NamedAttrMap });
    }
    const out = backend.allocate(tf.util.sizeFromShape(a.shape));
    compute(backend.floats(a), backend.floats(b), out);
    return backend.wrap(out, ...a.shape);
  });
}

function addAll({ backend, inputs }: KernelCall): tf.TensorInfo {
  const tensors = Object.values(inputs).filter((tensor) => tensor !== undefined);
  const first = required(tensors[0], 'the first summand');
  const total = backend.allocate(tf.util.sizeFromShape(first.shape));
  total.set(backend.floats(first));
  for (const tensor of tensors.slice(1)) {
    const values = backend.floats(tensor);
    for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + (values[i] ?? 0);
  }
  return backend.makeTensorInfo(first.shape, first.dtype, total);
}
