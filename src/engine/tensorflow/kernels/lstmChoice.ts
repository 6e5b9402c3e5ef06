import * as tf from '@tensorflow/tfjs-core';
import { lstmLayer, type LstmLayerInputs } from '../../ops/lstmLayer';
import { RandomStream } from '../../../random';
import type { Handle, TensorFlowBackend } from '../binding';
import { withRawOps } from '../rawOps';
import { cudnnBackward, cudnnForward } from './cudnnLstm';
import { lstmParameterShapes } from './cudnnParameters';
import { required } from './kernel';

/** Which LSTM a graphics card runs, and for people why. */
export interface LstmChoice {
  readonly kind: 'cudnn' | 'composed';
  readonly reason: string;
}

const choices = new WeakMap<TensorFlowBackend, LstmChoice>();

export function usesCudnn(backend: TensorFlowBackend): boolean {
  return choices.get(backend)?.kind === 'cudnn';
}

/** As far as the check of a whole engine lets its numbers be off: those of the layer, and its gradients. */
const tolerances = { outputs: 1e-3, gradients: 1e-2 };

/**
 * Decides once whether the LSTM is cuDNN's: a small layer, forward and backward, must give the numbers of the composed one,
 * which the backend in use computes. Where cuDNN is missing, fails or differs, the composed one stays.
 */
export function chooseLstm(backend: TensorFlowBackend): LstmChoice {
  const known = choices.get(backend);
  if (known) return known;
  const choice = compare(backend);
  choices.set(backend, choice);
  return choice;
}

function compare(backend: TensorFlowBackend): LstmChoice {
  const expected = composedTrial();
  let found: Numbers;
  try {
    found = cudnnTrial(backend);
  } catch (error) {
    return {
      kind: 'composed',
      reason: `The LSTM is composed of single operations, as cuDNN's own fails (${firstLine(error)}).`,
    };
  }
  const outputs = difference(found, expected, outputNames);
  const gradients = difference(found, expected, inputNames);
  if (outputs <= tolerances.outputs && gradients <= tolerances.gradients)
    return { kind: 'cudnn', reason: "The LSTM is cuDNN's own." };
  const figures = [outputs.toExponential(1), gradients.toExponential(1)] as const;
  return {
    kind: 'composed',
    reason: `The LSTM is composed of single operations, as cuDNN's own gives other numbers: its outputs differ by ${figures[0]}, its gradients by ${figures[1]}.`,
  };
}

const sizes = { time: 7, batch: 3, width: 5, hidden: 6 };
const { time, batch, width, hidden } = sizes;
const inputShapes = {
  input: [time, batch, width],
  h0: [batch, hidden],
  c0: [batch, hidden],
  ...lstmParameterShapes(sizes),
};
const outputShapes = { output: [time, batch, hidden], h: [batch, hidden], c: [batch, hidden] };
type InputName = keyof typeof inputShapes;
type OutputName = keyof typeof outputShapes;
const inputNames = Object.keys(inputShapes) as InputName[];
const outputNames = Object.keys(outputShapes) as OutputName[];

/** By name: the outputs, and under the names of the inputs their gradients. */
type Numbers = ReadonlyMap<InputName | OutputName, ArrayLike<number>>;

/** Numbers between −1 and 1 that are always the same. */
function example(name: string, shape: readonly number[]): Float32Array {
  const random = RandomStream.named(1, `lstm ${name}`);
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  return Float32Array.from({ length }, () => random.uniform() * 2 - 1);
}

/** Of the operation as the backend in use has it; the gradients are those of a sum of the outputs with weights. */
function composedTrial(): Numbers {
  const numbers = new Map<InputName | OutputName, ArrayLike<number>>();
  tf.tidy(() => {
    const inputs = inputNames.map((name) =>
      tf.tensor(example(name, inputShapes[name]), [...inputShapes[name]]),
    );
    const weighted = (...tensors: tf.Tensor[]): tf.Scalar => {
      const named = Object.fromEntries(inputNames.map((name, i) => [name, tensors[i]]));
      const outputs = lstmLayer(named as unknown as LstmLayerInputs);
      const terms = outputNames.map((name) => {
        numbers.set(name, Float32Array.from(outputs[name].dataSync()));
        const weights = tf.tensor(example(`d ${name}`, outputShapes[name]), [...outputShapes[name]]);
        return tf.sum(tf.mul(outputs[name], weights));
      });
      return terms.reduce((a, b) => tf.add(a, b)) as tf.Scalar;
    };
    for (const [index, gradient] of tf.grads(weighted)(inputs).entries())
      numbers.set(required(inputNames[index], 'name'), Float32Array.from(gradient.dataSync()));
  });
  return numbers;
}

function cudnnTrial(backend: TensorFlowBackend): Numbers {
  return withRawOps(backend, (ops) => {
    const made = inputNames.map((name) => [
      name,
      ops.floats(example(name, inputShapes[name]), ...inputShapes[name]),
    ]);
    const inputs = Object.fromEntries(made) as Record<InputName, Handle>;
    const { kept, ...outputs } = cudnnForward(ops, inputs, sizes, true);
    const weights = (name: OutputName): Handle =>
      ops.floats(example(`d ${name}`, outputShapes[name]), ...outputShapes[name]);
    const dys = { dOutput: weights('output'), dh: weights('h'), dc: weights('c') };
    const gradients = cudnnBackward(ops, { ...inputs, output: outputs.output, ...dys, kept }, sizes);
    const read = (handle: Handle): ArrayLike<number> => ops.backend.binding.tensorDataSync(handle);
    return new Map<InputName | OutputName, ArrayLike<number>>([
      ...outputNames.map((name) => [name, read(outputs[name])] as const),
      ...inputNames.map((name) => [name, read(gradients[name])] as const),
    ]);
  });
}

/** The largest difference relative to the largest number of its tensor; what is no number is infinitely far. */
function difference(found: Numbers, expected: Numbers, names: readonly (InputName | OutputName)[]): number {
  let worst = 0;
  for (const name of names) {
    const right = Array.from(required(expected.get(name), name));
    const ours = Array.from(required(found.get(name), name));
    const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    for (const [i, value] of right.entries()) {
      const off = Math.abs((ours[i] ?? NaN) - value) / largest;
      worst = Math.max(worst, Number.isNaN(off) ? Infinity : off);
    }
  }
  return worst;
}

/** What TensorFlow says in a line; its binding puts the number of the kind of error before it. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .replace(/^Invalid TF_Status: \d+\s+Message: /u, '')
      .split('\n', 1)[0]
      ?.trim() ?? ''
  );
}
