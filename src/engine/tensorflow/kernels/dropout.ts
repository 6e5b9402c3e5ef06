import * as tf from '@tensorflow/tfjs-core';
import { dropoutKernel } from '../../ops/dropout';
import { runKernel } from '../../ops/kernel';
import type { StreamKey } from '../../../random';
import { recentBits } from '../../recentBits';
import { type KernelCall, registerTensorFlowGradient, registerTensorFlowKernel, required } from './kernel';

export function registerDropout(): void {
  registerTensorFlowKernel(dropoutKernel, forward);
  registerTensorFlowGradient({
    kernelName: dropoutKernel,
    // The mask is a function of its key: made again, it need not be kept.
    gradient: ([dy], _saved, attributes) => ({
      x: () => runKernel(dropoutKernel, { x: required(dy, 'dy') }, attributes),
    }),
  });
}

function forward({ ops, input, attributes }: KernelCall): tf.TensorInfo {
  const { shape } = input('x');
  const rate = Number(attributes['rate']);
  const period = Number(attributes['period']);
  const bits = recentBits(period, rate, attributes['key'] as StreamKey);
  const mask = ops.booleans(bytesOf(bits, period), 1, period);
  const x = ops.reshape(ops.of(input('x')), tf.util.sizeFromShape(shape) / period, period);
  const scaled = ops.multiply(x, ops.float(1 / (1 - rate)));
  const dropped = ops.run('SelectV2', [mask, scaled, ops.float(0)]);
  return ops.tensor(ops.reshape(dropped, ...shape), shape);
}

/** Four bits each in a byte of its own, as TensorFlow has truth values, by the number that the bits are. */
const fourBytes = new Uint32Array(
  Uint8Array.from({ length: 64 }, (_, i) => ((i >>> 2) >>> (i & 3)) & 1).buffer,
);

/** Each bit in a byte of its own. */
function bytesOf(bits: Int32Array, length: number): Uint8Array {
  const eights = new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
  const bytes = new Uint32Array(2 * eights.length);
  for (let i = 0; i < eights.length; i++) {
    const eight = eights[i] ?? 0;
    bytes[2 * i] = fourBytes[eight & 15] ?? 0;
    bytes[2 * i + 1] = fourBytes[eight >>> 4] ?? 0;
  }
  return new Uint8Array(bytes.buffer, 0, length);
}
