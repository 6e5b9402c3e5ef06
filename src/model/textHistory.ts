import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from '../engine/ops/kernel';
import type { AwdLstm, HiddenState } from './awdLstm';
import type { DropoutKeys } from './dropoutKeys';

/** Texts side by side: ids `[time, batch]`, flat. */
export interface TextRows {
  readonly ids: Int32Array;
  readonly batch: number;
}

/**
 * Reads what stands before the pooled part of long texts, for the state alone: without gradient, and a chunk at a time,
 * so that memory does not grow with the text. The rows end together, and a shorter one joins late, so that none waits
 * for another.
 * @param ends how many steps of each row to read, a multiple of `bptt`; 0 for a text that has no such part
 * @param longest at most so many chunks before the end are read
 * @returns the state of every row after its last step; zeros where there was nothing to read
 */
export function readHistory(
  encoder: AwdLstm,
  rows: TextRows,
  ends: readonly number[],
  { bptt, longest, keys }: { bptt: number; longest: number; keys?: DropoutKeys | undefined },
): HiddenState {
  const spans = ends
    .map((end, row) => ({ row, end, chunks: Math.min(end / bptt, longest) }))
    .filter(({ chunks }) => chunks > 0)
    .sort((a, b) => b.chunks - a.chunks);
  return withoutGradient(() => {
    let tensors: tf.Tensor2D[] = [];
    for (let left = spans[0]?.chunks ?? 0; left > 0; left--) {
      const before = tensors;
      tensors = tf.tidy(() => {
        const active = spans.filter(({ chunks }) => chunks >= left);
        const starts = active.map(({ row, end }) => ({ row, start: end - left * bptt }));
        const state = pairs(before.map((tensor) => withZeroRows(tensor, active.length)));
        return flat(encoder.forward(stretch(rows, starts, bptt), state, keys).state);
      });
      tf.dispose(before);
    }
    const places = new Map(spans.map(({ row }, place) => [row, place]));
    const order = ends.map((_, row) => places.get(row) ?? spans.length);
    return pairs(
      tensors.map((tensor) =>
        tf.tidy(() => tf.gather(withZeroRows(tensor, spans.length + 1), tf.tensor1d(order, 'int32'))),
      ),
    );
  });
}

/**
 * `length` steps of each row from its own start on; what lies beyond the end of the batch is 0.
 * @returns int32 `[length, rows]`
 */
export function stretch(
  { ids, batch }: TextRows,
  starts: readonly { row: number; start: number }[],
  length: number,
): tf.Tensor2D {
  const chunk = new Int32Array(length * starts.length);
  starts.forEach(({ row, start }, column) => {
    for (let t = 0; t < length; t++) chunk[t * starts.length + column] = ids[(start + t) * batch + row] ?? 0;
  });
  return tf.tensor2d(chunk, [length, starts.length], 'int32');
}

function withZeroRows(tensor: tf.Tensor2D, rows: number): tf.Tensor2D {
  const [present, width] = tensor.shape;
  return present === rows ? tensor : tf.concat([tensor, tf.zeros([rows - present, width])], 0);
}

function flat(state: HiddenState): tf.Tensor2D[] {
  return state.flatMap(({ h, c }) => [h, c]);
}

function pairs(tensors: readonly tf.Tensor2D[]): HiddenState {
  return tensors.flatMap((h, index) => {
    const c = tensors[index + 1];
    return index % 2 === 0 && c ? [{ h, c }] : [];
  });
}
