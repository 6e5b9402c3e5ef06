import type { Handle } from '../binding';
import type { RawOps } from '../rawOps';
import { required } from './kernel';
import type { LstmSizes } from '../../lstmSizes';

/** The parameters of one layer, in PyTorch's shapes and order of gates (i, f, g, o). */
export const lstmParameterNames = ['weightIh', 'weightHh', 'biasIh', 'biasHh'] as const;
export type LstmParameters = Record<(typeof lstmParameterNames)[number], Handle>;

/** PyTorch's shapes: `[4·hidden, width]`, `[4·hidden, hidden]` and twice `[4·hidden]`. */
export function lstmParameterShapes({
  width,
  hidden,
}: Pick<LstmSizes, 'width' | 'hidden'>): Record<(typeof lstmParameterNames)[number], readonly number[]> {
  const gates = 4 * hidden;
  return { weightIh: [gates, width], weightHh: [gates, hidden], biasIh: [gates], biasHh: [gates] };
}

/**
 * Makes cuDNN's one buffer of an LSTM layer: first all weights, then all biases; W acts on the input, R on the hidden
 * state:
 * `W_i W_f W_c W_o R_i R_f R_c R_o bW_i bW_f bW_c bW_o bR_i bR_f bR_c bR_o`, matrices row by row as `[hidden, width]` and
 * `[hidden, hidden]`. The gate c is PyTorch's g, so that every parameter of PyTorch is one stretch of the buffer as it is.
 *
 * Sources: Keras' `cudnn_lstm` and `_canonical_to_params` (recurrent_v2.py: the gates i, f, c, o of the kernel, then of the
 * recurrent kernel, each transposed to `[units, input]`, then eight biases, in one vector), which is what TensorFlow's
 * `CudnnRNNCanonicalToParams` takes as weights and biases; and cuDNN's documentation of `cudnnGetRNNLinLayerMatrixParams`,
 * where linLayerID 0 and 4 are the input gate, 1 and 5 the forget gate, 2 and 6 the new memory, 3 and 7 the output gate.
 * TensorFlow calls the buffer opaque, not the same for every generation of cards: `lstmChoice.ts` compares before it is used.
 * @returns `[4·hidden·(width + hidden + 2)]`
 */
export function packParameters(ops: RawOps, parameters: LstmParameters): Handle {
  const flat = lstmParameterNames.map((name) => ops.reshape(parameters[name], -1));
  const packed = ops.concat(flat, 0);
  ops.release(...flat);
  return packed;
}

/** The parts of such a buffer, or of its gradient, in PyTorch's shapes. */
export function unpackParameters(
  ops: RawOps,
  packed: Handle,
  sizes: Pick<LstmSizes, 'width' | 'hidden'>,
): LstmParameters {
  const shapes = lstmParameterShapes(sizes);
  const parts = new Map<string, Handle>();
  let from = 0;
  for (const name of lstmParameterNames) {
    const count = shapes[name].reduce((product, dimension) => product * dimension, 1);
    const flat = ops.rows(packed, from, count, 1);
    parts.set(name, ops.reshape(flat, ...shapes[name]));
    ops.release(flat);
    from += count;
  }
  const part = (name: string): Handle => required(parts.get(name), name);
  return {
    weightIh: part('weightIh'),
    weightHh: part('weightHh'),
    biasIh: part('biasIh'),
    biasHh: part('biasHh'),
  };
}
