import * as tf from '@tensorflow/tfjs-core';
import { UlmfitError } from '../errors';
import type { StoredTensor, TensorMap } from '../store/safetensors';

/** Tensors outside the engine, as files hold them. */
export type NamedTensors = Map<string, StoredTensor>;

/** Variables under fastai's state-dict names. */
export type NamedVariables = Map<string, tf.Variable>;

/** Copies variables out of the engine. */
export function readVariables(variables: NamedVariables): NamedTensors {
  const tensors: NamedTensors = new Map();
  for (const [name, variable] of variables) {
    tensors.set(name, {
      shape: [...variable.shape],
      data: Float32Array.from(variable.dataSync<'float32'>()),
    });
  }
  return tensors;
}

/** Copies one tensor out of the engine. */
export function readTensor(tensor: tf.Tensor): StoredTensor {
  return { shape: [...tensor.shape], data: Float32Array.from(tensor.dataSync<'float32'>()) };
}

/**
 * Sets every variable from the tensor of its name.
 * @throws {UlmfitError} `corrupt-file` where a tensor is missing or has another shape; then nothing was changed.
 */
export function assignVariables(variables: NamedVariables, tensors: TensorMap): void {
  for (const [name, variable] of variables) {
    const tensor = tensors.get(name);
    const found = tensor?.shape.join(' × ');
    const wanted = variable.shape.join(' × ');
    if (found !== wanted) {
      throw new UlmfitError(
        'corrupt-file',
        tensor
          ? `The weights of "${name}" are ${found ?? ''} numbers where this model has ${wanted}.`
          : `The weights of "${name}" are missing.`,
        'Use weights that were saved from a model of the same sizes and the same vocabulary.',
      );
    }
  }
  for (const [name, variable] of variables) {
    const tensor = tensors.get(name);
    if (tensor) setVariable(variable, tensor.data);
  }
}

export function setVariable(variable: tf.Variable, data: Float32Array): void {
  const value = tf.tensor(Float32Array.from(data), variable.shape, 'float32');
  variable.assign(value);
  value.dispose();
}

export function disposeVariables(variables: NamedVariables): void {
  for (const variable of variables.values()) variable.dispose();
}
