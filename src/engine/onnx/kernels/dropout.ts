import type * as tf from '@tensorflow/tfjs-core';
import { dropoutKernel } from '../../ops/dropout';
import { runKernel } from '../../ops/kernel';
import type { StreamKey } from '../../../random';
import { applyKeptBits } from '../../keptBits';
import { recentBits } from '../../recentBits';
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
