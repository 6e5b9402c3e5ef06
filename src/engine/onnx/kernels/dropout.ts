import type * as tf from '@tensorflow/tfjs-core';
import { dropoutKernel } from '../../ops/dropout';
import { isRecordingGradient, runKernel } from '../../ops/kernel';
import type { StreamKey } from '../../random';
import { applyKeptBits, keptBits } from '../../keptBits';
import { Graph } from '../modelWriter';
import { native32 } from '../nativeSession';
import { type KernelCall, registerOnnxGradient, registerOnnxKernel, required } from './kernel';

export function registerDropout(): void {
  registerOnnxKernel(dropoutKernel, forward);
  registerOnnxGradient({
    kernelName: dropoutKernel,
    // The mask is a function of its key: made again, it need not be kept.
    gradient: ([dy], _saved, attributes) => ({
      x: () => runKernel(dropoutKernel, { x: required(dy, 'dy') }, attributes),
    }),
  });
}

function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo {
  const x = backend.floats(input('x'));
  const rate = Number(attributes['rate']);
  const period = Number(attributes['period']);
  const factor = 1 / (1 - rate);
  const bits = recentBits(period, rate, attributes['key'] as StreamKey);
  const out = backend.allocate(x.length);
  if (period === x.length) {
    applyKeptBits(x, bits, factor, out);
  } else {
    const mask = new Float32Array(period).fill(1);
    applyKeptBits(mask, bits, factor, mask);
    const repetitions = x.length / period;
    backend.sessions.run(
      'rows times mask',
      rowsTimesMaskGraph,
      { x: native32(x, repetitions, period), mask: native32(mask, period) },
      { y: native32(out, repetitions, period) },
    );
  }
  return backend.wrap(out, ...input('x').shape);
}

function rowsTimesMaskGraph(): Graph {
  const graph = new Graph('rowsTimesMask');
  graph.input('x');
  graph.input('mask');
  graph.op('Mul', ['x', 'mask'], {}, 'y');
  graph.output('y');
  return graph;
}

/** Masks whose gradient is still to come; at one bit for each element they are small. */
const recent = new Map<string, Int32Array>();
const mostRecent = 64;

/** The bits of a mask; those drawn while a gradient is recorded are kept until the gradient has used them. */
function recentBits(period: number, rate: number, key: StreamKey): Int32Array {
  const name = `${period} ${rate} ${String(key)}`;
  const known = recent.get(name);
  if (known) {
    if (!isRecordingGradient()) recent.delete(name);
    return known;
  }
  const bits = keptBits(period, rate, key);
  if (isRecordingGradient()) {
    if (recent.size >= mostRecent) recent.delete(String(recent.keys().next().value));
    recent.set(name, bits);
  }
  return bits;
}
