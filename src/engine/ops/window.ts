import * as tf from '@tensorflow/tfjs-core';

/** Which steps of each row of a `[time, batch, …]` tensor count: those with `start ≤ t < end`. */
export interface TimeWindow {
  /** int32 `[batch]` */
  start: tf.Tensor1D;
  /** int32 `[batch]` */
  end: tf.Tensor1D;
}

/** 1 where a step is inside the window and 0 elsewhere, `[time, batch, 1]`. */
export function windowMask(time: number, { start, end }: TimeWindow): tf.Tensor3D {
  return tf.tidy(() => {
    const steps = tf.reshape(tf.range(0, time, 1, 'int32'), [time, 1]);
    const inside = tf.logicalAnd(tf.greaterEqual(steps, start), tf.less(steps, end));
    return tf.reshape(tf.cast(inside, 'float32'), [time, -1, 1]);
  });
}
