import * as tf from '@tensorflow/tfjs-core';

/** Batches come row by row, `[batch, time]`; the engine has time first: int32 `[time, batch]`. */
export function timeMajorTensor(rows: Int32Array, batch: number, time: number): tf.Tensor2D {
  const ids = new Int32Array(rows.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < time; t++) ids[t * batch + b] = rows[b * time + t] ?? 0;
  }
  return tf.tensor2d(ids, [time, batch], 'int32');
}
