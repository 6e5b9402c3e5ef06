import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../random';

/** A float32 variable uniform in (−bound, bound). */
export function uniformVariable(shape: number[], bound: number, random: RandomStream): tf.Variable {
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * bound;
  return variableOf(shape, values);
}

/** A float32 variable filled with one number. */
export function constantVariable(shape: number[], value: number, trainable = true): tf.Variable {
  return variableOf(shape, new Float32Array(tf.util.sizeFromShape(shape)).fill(value), trainable);
}

export function variableOf(shape: number[], values: Float32Array, trainable = true): tf.Variable {
  const initial = tf.tensor(values, shape, 'float32');
  const variable = tf.variable(initial, trainable);
  initial.dispose();
  return variable;
}
