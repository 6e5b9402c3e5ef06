import * as tf from '@tensorflow/tfjs-core';
// tfjs-core leaves the gradients of its operations out until asked.
import '@tensorflow/tfjs-core/dist/register_all_gradients';

/**
 * Each coarse operation of this folder has one plain reference in tfjs ops. A backend that brings its own kernel
 * registers it, with its gradient, under the operation's name; then that one runs.
 */
export function hasNativeKernel(name: string): boolean {
  return (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

/** Runs a registered kernel that has one output. */
export function runKernel<T extends tf.Tensor>(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: object = {},
): T {
  return tf.engine().runKernel<T>(name, inputs, attributes as tf.NamedAttrMap);
}

/** Runs a registered kernel that has several outputs. */
export function runKernelWithOutputs(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: object = {},
): tf.Tensor[] {
  return tf.engine().runKernel<tf.Tensor[]>(name, inputs, attributes as tf.NamedAttrMap);
}

/** Whether a gradient is being recorded now, so that a kernel should keep what its gradient needs. */
export function isRecordingGradient(): boolean {
  return withheld === 0 && tf.engine().state.gradientDepth > 0;
}

/** The same numbers without their history: no gradient flows back through the result (shares memory, copies nothing). */
export function detach<T extends tf.Tensor>(x: T): T {
  const engine = tf.engine();
  engine.backend.incRef(x.dataId);
  return engine.makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }) as T;
}

let withheld = 0;

/** Runs `compute` without recording it: no gradient flows back through its results. */
export function withoutGradient<T>(compute: () => T): T {
  const state = tf.engine().state;
  // tfjs records nothing inside a kernel.
  state.kernelDepth++;
  withheld++;
  try {
    return compute();
  } finally {
    state.kernelDepth--;
    withheld--;
  }
}
