import type * as tf from '@tensorflow/tfjs-core';
import type { NamedVariables } from '../model/namedTensors';

/** The name of the first variable, from the input up, that has a weight or else a gradient that is not finite. */
export function firstNonFinite(variables: NamedVariables, gradients: tf.NamedTensorMap): string | undefined {
  for (const [name, variable] of variables) if (hasNonFinite(variable)) return name;
  for (const [name, variable] of variables) {
    const gradient = gradients[variable.name];
    if (gradient && hasNonFinite(gradient)) return name;
  }
  return undefined;
}

function hasNonFinite(tensor: tf.Tensor): boolean {
  return tensor.dataSync().some((value) => !Number.isFinite(value));
}
