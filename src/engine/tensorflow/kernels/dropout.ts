import * as tf from '@tensorflow/tfjs-core';
import { keptBits } from '../../keptBits';
import { dropoutKernel } from '../../ops/dropout';
import { isRecordingGradient, runKernel } from '../../ops/kernel';
import type { StreamKey } from '../../random';
import type { Handle } from '../binding';
import type { RawOps } from '../rawOps';
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
  const mask = recentMask(ops, period, rate, attributes['key'] as StreamKey);
  const x = ops.reshape(ops.of(input('x')), tf.util.sizeFromShape(shape) / period, period);
  const scaled = ops.multiply(x, ops.float(1 / (1 - rate)));
  const dropped = ops.run('SelectV2', [ops.reshape(mask, 1, period), scaled, ops.float(0)]);
  return ops.tensor(ops.reshape(dropped, ...shape), shape);
}

/** Masks whose gradient is still to come; at one bit for each element they are small. */
const recent = new Map<string, Int32Array>();
const mostRecent = 64;

/** Truth values `[period]`; the bits drawn while a gradient is recorded are kept until the gradient has used them. */
function recentMask(ops: RawOps, period: number, rate: number, key: StreamKey): Handle {
  const name = `${period} ${rate} ${String(key)}`;
  const known = recent.get(name);
  const bits = known ?? keptBits(period, rate, key);
  if (known) {
    if (!isRecordingGradient()) recent.delete(name);
  } else if (isRecordingGradient()) {
    if (recent.size >= mostRecent) recent.delete(String(recent.keys().next().value));
    recent.set(name, bits);
  }
  return ops.booleans(bytesOf(bits, period), period);
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
