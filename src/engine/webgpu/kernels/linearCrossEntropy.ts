import type * as tf from '@tensorflow/tfjs-core';
import { equalParts } from '../../decoderBlocks';
import { linearCrossEntropyKernel } from '../../ops/linearCrossEntropy';
import { currentBackend } from '../backend';
import { flatGroups, flatIndex, type Shader } from '../shader';
import {
  asTensor,
  checkTargets,
  kept,
  type KernelCall,
  registerWebgpuGradient,
  registerWebgpuKernel,
  required,
  size,
} from './kernel';
import { product } from './product';
import { sumRows } from './sumRows';

/** Logits held at a time. More rows at a time keep more of the card busy. */
const chunkBytes = 128 * 2 ** 20;

export function registerLinearCrossEntropy(): void {
  registerWebgpuKernel(linearCrossEntropyKernel, forward);
  registerWebgpuGradient({
    kernelName: linearCrossEntropyKernel,
    inputsToSave: ['hidden', 'weight', 'bias'],
    outputsToSave: [false, false, true, true, true],
    gradient: ([dLoss], [hidden, weight, bias, ofHidden, ofWeight, ofBias]) => {
      const times = (saved: tf.Tensor | undefined, input: tf.Tensor | undefined) => () =>
        scaled(
          required(saved, 'a saved gradient'),
          required(input, 'an input').shape,
          required(dLoss, 'dLoss'),
        );
      return { hidden: times(ofHidden, hidden), weight: times(ofWeight, weight), bias: times(ofBias, bias) };
    },
  });
}

const scaleShader: Shader = {
  name: 'scale in place',
  buffers: { factor: 'read', values: 'write' },
  uniforms: { size: 'u32' },
  workgroupSize: [256, 1, 1],
  body: `${flatIndex}
  values[index] *= factor[0];`,
};

/** The gradient that the forward pass made for a loss gradient of 1, changed in place: nobody else has it. */
function scaled(saved: tf.Tensor, shape: number[], factor: tf.Tensor): tf.Tensor {
  const backend = currentBackend();
  const elements = shape.reduce((a, b) => a * b, 1);
  backend.dispatch({
    shader: scaleShader,
    buffers: { factor, values: saved },
    uniforms: { size: elements },
    workgroups: flatGroups(elements),
  });
  backend.incRef(saved.dataId);
  return asTensor({ dataId: saved.dataId, shape, dtype: 'float32' });
}

/** Rows of logits held at a time: as many as fit, in chunks of nearly one size. */
export function rowsPerChunk(rows: number, classes: number, bytes: number): number {
  return equalParts(rows, Math.max(1, Math.min(65_535, Math.floor(bytes / (4 * classes)))));
}

/**
 * The gradients for a loss gradient of 1 are made in the same pass, chunk by chunk, because afterwards the logits are
 * gone (the attribute `chunkRows` sets how many rows at a time): with `P = (softmax − onehot)/n` for n rows,
 * `dHidden = P·W`, `dWeight = Pᵀ·hidden`, `dBias = Σ P`.
 */
function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo[] {
  const rows = size(input('hidden'), 0);
  const width = size(input('hidden'), 1);
  const classes = size(input('weight'), 0);
  // Those that come straight from a batch are still here, where they can be looked at; the card reports nothing.
  checkTargets((backend.hostValues(input('targets')) ?? []) as Int32Array, classes);
  const withGradient = attributes['withGradient'] === true;
  const gradients = withGradient
    ? {
        hidden: backend.allocate(rows, width),
        weight: backend.allocate(classes, width),
        bias: backend.allocate(classes),
      }
    : undefined;
  const bytes = Math.min(chunkBytes, backend.largestTensorBytes);
  const chunkRows = Number(attributes['chunkRows'] ?? rowsPerChunk(rows, classes, bytes));
  const logits = backend.allocate(Math.min(rows, chunkRows), classes);
  const scores = backend.allocate(rows, 2);
  for (let first = 0; first < rows; first += chunkRows) {
    const count = Math.min(chunkRows, rows - first);
    product(backend, {
      a: input('hidden'),
      offsetA: first * width,
      b: input('weight'),
      transposeB: true,
      biases: [input('bias')],
      rows: count,
      inner: width,
      columns: classes,
      out: logits,
    });
    backend.dispatch({
      shader: softmaxShader(withGradient),
      buffers: { targets: input('targets'), logits, scores },
      uniforms: { first, classes, rows },
      workgroups: [count, 1, 1],
    });
    if (!gradients) continue;
    const offset = first * width;
    product(backend, {
      a: logits,
      b: input('weight'),
      rows: count,
      inner: classes,
      columns: width,
      out: gradients.hidden,
      offsetOut: offset,
    });
    product(backend, {
      a: logits,
      transposeA: true,
      b: input('hidden'),
      offsetB: offset,
      rows: classes,
      inner: count,
      columns: width,
      out: gradients.weight,
      accumulate: first > 0,
    });
    sumRows(backend, logits, { rows: count, columns: classes }, gradients.bias, first > 0);
  }
  backend.disposeData(logits.dataId);
  const loss = backend.allocate();
  const correct = backend.allocate();
  backend.dispatch({
    shader: sumScoresShader,
    buffers: { scores, loss, correct },
    uniforms: { rows },
    workgroups: [1, 1, 1],
  });
  backend.disposeData(scores.dataId);
  if (!gradients) return [loss, correct];
  return [loss, correct, kept(gradients.hidden), kept(gradients.weight), kept(gradients.bias)];
}

/**
 * A workgroup for each row. First pass: the largest logit with its place, and the sum of exponentials as they grow
 * (rescaled whenever a larger logit comes). Second: the logits give way to their gradient.
 */
const softmaxShader = (withGradient: boolean): Shader => ({
  name: `softmax cross-entropy ${withGradient}`,
  buffers: { targets: 'read i32', logits: 'write', scores: 'write' },
  uniforms: { first: 'u32', classes: 'u32', rows: 'u32' },
  workgroupSize: [256, 1, 1],
  declarations: `
const lowest = -3.0e38;
var<workgroup> highs: array<f32, 256>;
var<workgroup> places: array<u32, 256>;
var<workgroup> totals: array<f32, 256>;`,
  body: `
  let start = group.x * u.classes;
  var high = lowest;
  var place = 0xffffffffu;
  var total = 0.0;
  for (var k = localIndex; k < u.classes; k += 256u) {
    let logit = logits[start + k];
    if (logit > high) {
      total = total * exp(high - logit) + 1.0;
      high = logit;
      place = k;
    } else {
      total += exp(logit - high);
    }
  }
  highs[localIndex] = high;
  places[localIndex] = place;
  totals[localIndex] = total;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (localIndex < half) {
      let other = localIndex + half;
      let mine = highs[localIndex];
      let theirs = highs[other];
      let top = max(mine, theirs);
      totals[localIndex] = totals[localIndex] * exp(mine - top) + totals[other] * exp(theirs - top);
      // Of equal logits the first is the answer, as in argMax.
      if (theirs > mine || (theirs == mine && places[other] < places[localIndex])) { places[localIndex] = places[other]; }
      highs[localIndex] = top;
    }
    workgroupBarrier();
  }
  let top = highs[0];
  let sum = totals[0];
  let row = u.first + group.x;
  let target_ = u32(targets[row]);
  if (localIndex == 0u) {
    scores[2u * row] = log(sum) + (top - logits[start + target_]);
    scores[2u * row + 1u] = select(0.0, 1.0, places[0] == target_);
  }
${
  withGradient
    ? `  storageBarrier();
  workgroupBarrier();
  let share = 1.0 / f32(u.rows);
  for (var k = localIndex; k < u.classes; k += 256u) {
    let probability = exp(logits[start + k] - top) / sum;
    logits[start + k] = (probability - select(0.0, 1.0, k == target_)) * share;
  }`
    : ''
}`,
});

/** The mean of the losses and the sum of the rest, always added in the same order. */
const sumScoresShader: Shader = {
  name: 'sum of scores',
  buffers: { scores: 'read', loss: 'write', correct: 'write' },
  uniforms: { rows: 'u32' },
  workgroupSize: [256, 1, 1],
  declarations: 'var<workgroup> sums: array<vec2f, 256>;',
  body: `
  var part = vec2f();
  for (var row = localIndex; row < u.rows; row += 256u) { part += vec2f(scores[2u * row], scores[2u * row + 1u]); }
  sums[localIndex] = part;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (localIndex < half) { sums[localIndex] += sums[localIndex + half]; }
    workgroupBarrier();
  }
  if (localIndex == 0u) {
    loss[0] = sums[0].x / f32(u.rows);
    correct[0] = sums[0].y;
  }`,
};
