import * as tf from '@tensorflow/tfjs-core';
import { registerBackendGradient } from './ops/backendGradient';

/** The gradient of a kernel that a backend brings. */
export interface KernelGradient {
  readonly kernelName: string;
  readonly inputsToSave?: string[];
  readonly outputsToSave?: boolean[];
  /**
   * `dys` are the gradients of the outputs. What all inputs share is computed here, what one input needs inside its
   * thunk: tfjs calls only the thunks of inputs that lead to something trainable, so frozen layers cost nothing.
   */
  readonly gradient: (
    dys: readonly tf.Tensor[],
    saved: readonly tf.Tensor[],
    attributes: Readonly<Record<string, unknown>>,
  ) => Record<string, () => tf.Tensor>;
}

export function registerKernelGradient(backendName: string, { gradient, ...config }: KernelGradient): void {
  registerBackendGradient(backendName, {
    ...config,
    gradFunc: (dy, saved, attributes) => gradient(Array.isArray(dy) ? dy : [dy], saved, attributes),
  });
}

/** A kernel's result as a tensor of the engine, as gradients must give it. */
export function asTensor(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing.`);
  return value;
}

/** A size of a tensor whose rank is known. */
export function size(tensor: tf.TensorInfo, axis: number): number {
  return required(tensor.shape[axis], `axis ${axis} of a tensor of rank ${tensor.shape.length}`);
}

/** @throws {RangeError} where a target is no class */
export function checkTargets(targets: Iterable<number>, classes: number): void {
  for (const target of targets) {
    if (target < 0 || target >= classes) {
      throw new RangeError(`Target ${target} is not one of the ${classes} classes.`);
    }
  }
}
