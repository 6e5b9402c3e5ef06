import type * as tf from '@tensorflow/tfjs-core';
import { size } from './kernelParts';

export interface LstmSizes {
  readonly time: number;
  readonly batch: number;
  /** Of the input of a step. */
  readonly width: number;
  readonly hidden: number;
}

/** @param input `[time, batch, width]` @param h0 `[batch, hidden]` */
export function lstmSizesOf(input: tf.TensorInfo, h0: tf.TensorInfo): LstmSizes {
  return { time: size(input, 0), batch: size(input, 1), width: size(input, 2), hidden: size(h0, 1) };
}
