import * as tf from '@tensorflow/tfjs-core';
import { isRecordingGradient } from '../../ops/kernel';
import type { Handle } from '../binding';
import { handlesOf, keptTensor } from '../keptHandles';
import { type Attribute, type RawOps, withRawOps } from '../rawOps';
import {
  lstmParameterShapes,
  type LstmParameters,
  packParameters,
  unpackParameters,
} from './cudnnParameters';
import { currentBackend, type KernelCall, required } from './kernel';
import { type LstmSizes, lstmSizesOf } from '../../lstmSizes';

/** What both operations are told; without dropout, since the model drops out between layers by itself. */
const attributes = {
  T: 'float32',
  rnn_mode: { text: 'lstm' },
  input_mode: { text: 'linear_input' },
  direction: { text: 'unidirectional' },
  dropout: { float: 0 },
  seed: 0,
  seed2: 0,
  num_proj: 0,
  time_major: true,
} as const satisfies Record<string, Attribute>;

/** `[time, batch, width]`, and the states before the first step `[batch, hidden]`. */
type LstmStart = Record<'input' | 'h0' | 'c0', Handle>;

export interface CudnnOutputs {
  /** `[time, batch, hidden]` */
  readonly output: Handle;
  /** States after the last step `[1, batch, hidden]`: cuDNN counts layers. */
  readonly h: Handle;
  readonly c: Handle;
  /** What the gradient needs besides the inputs and the output; made only where it is asked for. */
  readonly kept: readonly Handle[];
}

/**
 * One layer through cuDNN. It always runs all steps of all rows, as this project's LSTM does: padding is left out of what
 * comes after the layers, so no row is shorter than another here.
 * @throws what TensorFlow throws where it has no such kernel
 */
export function cudnnForward(
  ops: RawOps,
  given: LstmStart & LstmParameters,
  sizes: LstmSizes,
  isTraining: boolean,
): CudnnOutputs {
  const { time, batch } = sizes;
  const params = packParameters(ops, given);
  const lengths = ops.integers(new Int32Array(batch).fill(time), batch);
  const [h0, c0] = layerStates(ops, [given.h0, given.c0], sizes);
  const inputs = [given.input, h0, c0, params, lengths];
  const made = ops.runAll('CudnnRNNV3', inputs, { ...attributes, is_training: isTraining }, 5);
  const [output = 0, h = 0, c = 0, reserveSpace = 0, hostReserved = 0] = made;
  ops.release(h0, c0);
  if (isTraining) return { output, h, c, kept: [params, lengths, h, c, reserveSpace, hostReserved] };
  ops.release(params, lengths, reserveSpace, hostReserved);
  return { output, h, c, kept: [] };
}

/** The gradients of all inputs of the layer, in their shapes. */
export function cudnnBackward(
  ops: RawOps,
  given: LstmStart & Record<'output' | 'dOutput' | 'dh' | 'dc', Handle> & { kept: readonly Handle[] },
  sizes: LstmSizes,
): LstmStart & LstmParameters {
  const { batch, hidden } = sizes;
  const [params = 0, lengths = 0, h = 0, c = 0, reserveSpace = 0, hostReserved = 0] = given.kept;
  const states = layerStates(ops, [given.h0, given.c0, given.dh, given.dc], sizes);
  const [h0, c0, dh, dc] = states;
  const before = [given.input, h0, c0, params, lengths, given.output, h, c];
  const inputs = [...before, given.dOutput, dh, dc, reserveSpace, hostReserved];
  const [dInput = 0, dh0 = 0, dc0 = 0, dParams = 0] = ops.runAll('CudnnRNNBackpropV3', inputs, attributes, 4);
  const gradients = {
    input: dInput,
    h0: ops.reshape(dh0, batch, hidden),
    c0: ops.reshape(dc0, batch, hidden),
    ...unpackParameters(ops, dParams, sizes),
  };
  ops.release(...states, dh0, dc0, dParams);
  return gradients;
}

/** `[batch, hidden]` as `[1, batch, hidden]`; shares the memory. */
function layerStates<T extends readonly Handle[]>(
  ops: RawOps,
  states: readonly [...T],
  { batch, hidden }: LstmSizes,
): { [K in keyof T]: Handle } {
  return states.map((state) => ops.reshape(state, 1, batch, hidden)) as { [K in keyof T]: Handle };
}

/** The kernel of the LSTM layer, by cuDNN; its outputs are those of the composed one. */
export function cudnnLayer({ ops, input }: KernelCall): tf.TensorInfo[] {
  const sizes = lstmSizesOf(input('input'), input('h0'));
  const { time, batch, hidden } = sizes;
  const of = (name: string): Handle => ops.of(input(name));
  const given = {
    ...{ input: of('input'), h0: of('h0'), c0: of('c0') },
    ...{ weightIh: of('weightIh'), weightHh: of('weightHh'), biasIh: of('biasIh'), biasHh: of('biasHh') },
  };
  const { output, h, c, kept } = cudnnForward(ops, given, sizes, isRecordingGradient());
  return [
    ops.tensor(output, [time, batch, hidden]),
    ops.tensor(ops.reshape(h, batch, hidden), [batch, hidden]),
    ops.tensor(ops.reshape(c, batch, hidden), [batch, hidden]),
    keptTensor(ops, kept),
  ];
}

/**
 * Its gradient. cuDNN makes those of all inputs in one go, frozen ones too.
 * @param saved input, h0, c0, weightIh, weightHh, output and what the kernel kept
 */
export function cudnnLayerGradient(
  dys: readonly tf.Tensor[],
  saved: readonly tf.Tensor[],
): Record<string, () => tf.Tensor> {
  const [input, h0, c0, , , output, kept] = saved;
  if (!input || !h0 || !c0 || !output || !kept)
    throw new Error('The LSTM layer ran without keeping what its gradient needs.');
  const sizes = lstmSizesOf(input, h0);
  const given = { input, h0, c0, output };
  const [dOutput, dh, dc] = [required(dys[0], 'dOutput'), required(dys[1], 'dh'), required(dys[2], 'dc')];
  const shapes = { input: input.shape, h0: h0.shape, c0: c0.shape, ...lstmParameterShapes(sizes) };
  const made = withRawOps(currentBackend(), (ops) => {
    const handles = Object.entries({ ...given, dOutput, dh, dc }).map(([name, tensor]) => [
      name,
      ops.of(tensor),
    ]);
    const known = Object.fromEntries(handles) as Record<keyof typeof given | 'dOutput' | 'dh' | 'dc', Handle>;
    const gradients = cudnnBackward(ops, { ...known, kept: handlesOf(kept) }, sizes);
    return Object.entries(shapes).map(
      ([name, shape]) => [name, ops.tensor(gradients[name as keyof typeof shapes], shape)] as const,
    );
  });
  return Object.fromEntries(
    made.map(([name, info]) => {
      const gradient = tf.engine().makeTensorFromTensorInfo(info);
      return [name, () => gradient];
    }),
  );
}
