import type * as tf from '@tensorflow/tfjs-core';
import { dropoutKernel } from '../../ops/dropout';
import { runKernel } from '../../ops/kernel';
import type { StreamKey } from '../../../random';
import { flatGroups, flatIndex, type Shader } from '../shader';
import { type KernelCall, registerWebgpuGradient, registerWebgpuKernel, required } from './kernel';

export function registerDropout(): void {
  registerWebgpuKernel(dropoutKernel, forward);
  registerWebgpuGradient({
    kernelName: dropoutKernel,
    // The mask is a function of its key: made again, it need not be kept.
    gradient: ([dy], _saved, attributes) => ({
      x: () => runKernel(dropoutKernel, { x: required(dy, 'dy') }, attributes),
    }),
  });
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** The twenty rounds of random.ts, whose words are 32-bit integers in WGSL by nature. */
function threefryText(): string {
  const groups = [0, 1, 2, 3, 4].map((index) => {
    const rounds = (rotations[index % 2] ?? rotations[0]).map(
      (bits) => `  x0 += x1; x1 = ((x1 << ${bits}u) | (x1 >> ${32 - bits}u)) ^ x0;`,
    );
    const keyed = `  x0 += k[${(index + 1) % 3}]; x1 += k[${(index + 2) % 3}] + ${index + 1}u;`;
    return [...rounds, keyed].join('\n');
  });
  return `
fn threefry(k0: u32, k1: u32, counter: u32) -> vec2u {
  let k = array<u32, 3>(k0, k1, 0x1bd11bdau ^ k0 ^ k1);
  var x0 = counter + k0;
  var x1 = k1;
${groups.join('\n')}
  return vec2u(x0, x1);
}`;
}

/** A thread for each pair of words, because the generator makes two at a time. */
const shader: Shader = {
  name: 'dropout',
  buffers: { x: 'read', out: 'write' },
  uniforms: {
    size: 'u32',
    length: 'u32',
    period: 'u32',
    pairs: 'u32',
    k0: 'u32',
    k1: 'u32',
    threshold: 'u32',
    factor: 'f32',
  },
  workgroupSize: [256, 1, 1],
  declarations: threefryText(),
  body: `${flatIndex}
  let pair = index % u.pairs;
  let at = (index / u.pairs) * u.period + 2u * pair;
  let words = threefry(u.k0, u.k1, pair);
  if (at < u.length) {
    out[at] = select(0.0, x[at] * u.factor, words.x >= u.threshold);
  }
  if (at + 1u < u.length && 2u * pair + 1u < u.period) {
    out[at + 1u] = select(0.0, x[at + 1u] * u.factor, words.y >= u.threshold);
  }`,
};

function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo {
  const x = input('x');
  const rate = Number(attributes['rate']);
  const period = Number(attributes['period']);
  const [k0, k1] = attributes['key'] as StreamKey;
  const length = x.shape.reduce((a, b) => a * b, 1);
  const pairs = Math.ceil(period / 2);
  const threads = pairs * Math.ceil(length / period);
  const out = backend.allocate(...x.shape);
  backend.dispatch({
    shader,
    buffers: { x, out },
    uniforms: {
      size: threads,
      length,
      period,
      pairs,
      k0,
      k1,
      threshold: Math.floor(rate * 2 ** 32),
      factor: 1 / (1 - rate),
    },
    workgroups: flatGroups(threads),
  });
  return out;
}
