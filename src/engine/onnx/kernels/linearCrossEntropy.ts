import type * as tf from '@tensorflow/tfjs-core';
import { linearCrossEntropyKernel } from '../../ops/linearCrossEntropy';
import { currentBackend, type OnnxBackend } from '../backend';
import { Graph, int } from '../modelWriter';
import { native32 } from '../nativeSession';
import { gemm, sumRows } from './gemm';
import {
  asTensor,
  type KernelCall,
  registerOnnxGradient,
  registerOnnxKernel,
  required,
  size,
} from './kernel';
import { transpose } from './transpose';

/** Logits held at a time. Fewer rows make the products slower, more rows only take memory. */
const chunkBytes = 64 * 2 ** 20;

export function registerLinearCrossEntropy(): void {
  registerOnnxKernel(linearCrossEntropyKernel, forward);
  registerOnnxGradient({
    kernelName: linearCrossEntropyKernel,
    inputsToSave: ['hidden', 'weight', 'bias'],
    outputsToSave: [false, false, true, true, true],
    gradient: ([dLoss], [hidden, weight, bias, ofHidden, ofWeight, ofBias]) => {
      const factor = currentBackend().floats(required(dLoss, 'dLoss'))[0] ?? 0;
      const times = (saved: tf.Tensor | undefined, input: tf.Tensor | undefined) => () =>
        scaled(required(saved, 'a saved gradient'), required(input, 'an input').shape, factor);
      return { hidden: times(ofHidden, hidden), weight: times(ofWeight, weight), bias: times(ofBias, bias) };
    },
  });
}

function scaled(tensor: tf.Tensor, shape: number[], factor: number): tf.Tensor {
  const backend = currentBackend();
  if (factor === 1) {
    backend.incRef(tensor.dataId);
    return asTensor({ dataId: tensor.dataId, shape, dtype: 'float32' });
  }
  const saved = backend.floats(tensor);
  const values = backend.allocate(saved.length);
  values.set(saved);
  scale(values, factor);
  return asTensor(backend.wrap(values, ...shape));
}

interface Gradients {
  readonly hidden: Float32Array;
  /** `[width, classes]`: made transposed, which is half as much again faster, and turned at the end. */
  readonly weightTransposed: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The gradients for a loss gradient of 1 are made in the same pass, chunk by chunk, because afterwards the logits are
 * gone (the attribute `chunkRows` sets how many rows at a time): with `P = softmax − onehot` and n rows, `dHidden = P·W/n`, `dWeight = Pᵀ·hidden/n`, `dBias = Σ P/n`.
 */
function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo[] {
  const rows = size(input('hidden'), 0);
  const width = size(input('hidden'), 1);
  const classes = size(input('weight'), 0);
  const hidden = backend.floats(input('hidden'));
  const weight = backend.floats(input('weight'));
  const bias = backend.floats(input('bias'));
  const targets = backend.integers(input('targets'));
  for (const target of targets) {
    if (target < 0 || target >= classes) {
      throw new RangeError(`Target ${target} is not one of the ${classes} classes.`);
    }
  }

  const gradients: Gradients | undefined =
    attributes['withGradient'] === true
      ? {
          hidden: backend.allocate(rows * width),
          weightTransposed: backend.buffers.scratch('decoder gradient', classes * width),
          bias: backend.allocate(classes),
        }
      : undefined;
  const chunkRows = Number(attributes['chunkRows'] ?? rowsPerChunk(rows, classes));
  const logits = backend.buffers.scratch('logits', chunkRows * classes);
  let loss = 0;
  let correct = 0;
  for (let first = 0; first < rows; first += chunkRows) {
    const last = Math.min(rows, first + chunkRows);
    const chunk = {
      hidden: hidden.subarray(first * width, last * width),
      targets: targets.subarray(first, last),
      logits: logits.subarray(0, (last - first) * classes),
      rows: last - first,
    };
    const scores = chunkScores(backend, chunk, { weight, bias, width, classes });
    loss += scores.loss;
    correct += scores.correct;
    if (gradients) addGradients(backend, chunk, { weight, width, classes, first, rows, gradients });
  }
  const scores = [backend.wrap(Float32Array.of(loss / rows)), backend.wrap(Float32Array.of(correct))];
  if (!gradients) {
    const none = (): tf.TensorInfo => backend.wrap(new Float32Array(0), 0);
    return [...scores, none(), none(), none()];
  }
  scale(gradients.hidden, 1 / rows);
  scale(gradients.bias, 1 / rows);
  const ofWeight = backend.allocate(classes * width);
  transpose(backend, gradients.weightTransposed, [1, width, classes], ofWeight);
  return [
    ...scores,
    // Shown to tfjs as empty: it would make zeros of their sizes for the gradients that never arrive here.
    backend.wrap(gradients.hidden, 0),
    backend.wrap(ofWeight, 0),
    backend.wrap(gradients.bias, 0),
  ];
}

/** Chunks of nearly equal size, since a small last one would cost as much in overhead as a large one. */
export function rowsPerChunk(rows: number, classes: number): number {
  const most = Math.max(1, Math.floor(chunkBytes / Float32Array.BYTES_PER_ELEMENT / classes));
  return Math.ceil(rows / Math.ceil(rows / most));
}

interface Chunk {
  readonly hidden: Float32Array;
  readonly targets: Int32Array;
  /** `[rows, classes]` */
  readonly logits: Float32Array;
  readonly rows: number;
}

interface Decoder {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly width: number;
  readonly classes: number;
}

/** The sum of the losses and the count of right rows; leaves the softmax of the chunk in the place of its logits. */
function chunkScores(
  backend: OnnxBackend,
  { hidden, targets, logits, rows }: Chunk,
  { weight, bias, width, classes }: Decoder,
): { loss: number; correct: number } {
  const highest = new Float32Array(rows);
  const nativeLogits = native32(logits, rows, classes);
  backend.sessions.run(
    'logits',
    logitsGraph,
    {
      hidden: native32(hidden, rows, width),
      weight: native32(weight, classes, width),
      bias: native32(bias, classes),
    },
    { logits: nativeLogits, highest: native32(highest, rows) },
  );
  let correct = 0;
  const ofTargets = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const target = targets[row] ?? 0;
    const start = row * classes;
    const logit = logits[start + target] ?? 0;
    ofTargets[row] = logit;
    // The first of equal logits counts as the answer, as in argMax.
    if (logit === highest[row] && logits.indexOf(logit, start) === start + target) correct++;
  }
  backend.sessions.run('softmax', softmaxGraph, { x: nativeLogits }, { y: nativeLogits });
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    const probability = logits[start + (targets[row] ?? 0)] ?? 0;
    if (probability > 1e-30) {
      loss -= Math.log(probability);
    } else {
      // Too small for float32: the sum of the exponentials is known from the likeliest class, which has exp(0)/sum.
      const likeliest = logits.subarray(start, start + classes).reduce((a, b) => Math.max(a, b), 0);
      loss += (highest[row] ?? 0) - Math.log(likeliest) - (ofTargets[row] ?? 0);
    }
  }
  return { loss, correct };
}

function addGradients(
  backend: OnnxBackend,
  { hidden, targets, logits, rows: chunkRows }: Chunk,
  call: Omit<Decoder, 'bias'> & { first: number; rows: number; gradients: Gradients },
): void {
  const { weight, width, classes, first, rows, gradients } = call;
  for (let row = 0; row < chunkRows; row++) {
    const at = row * classes + (targets[row] ?? 0);
    logits[at] = (logits[at] ?? 0) - 1;
  }
  // The factor 1/n is applied to the small arrays: here to the rows that dWeight is made of.
  const weighted = hidden.slice();
  scale(weighted, 1 / rows);
  const isFirst = first === 0;
  gemm(backend, {
    a: logits,
    b: weight,
    rows: chunkRows,
    inner: classes,
    columns: width,
    out: gradients.hidden.subarray(first * width, (first + chunkRows) * width),
  });
  gemm(backend, {
    a: weighted,
    transposeA: true,
    b: logits,
    addend: isFirst ? undefined : gradients.weightTransposed,
    rows: width,
    inner: chunkRows,
    columns: classes,
    out: gradients.weightTransposed,
  });
  sumRows(backend, logits, chunkRows, gradients.bias, isFirst ? undefined : gradients.bias);
}

function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * factor;
}

function logitsGraph(): Graph {
  const graph = new Graph('logits');
  for (const name of ['hidden', 'weight', 'bias']) graph.input(name);
  graph.op('Gemm', ['hidden', 'weight', 'bias'], { transB: int(1) }, 'logits');
  graph.op('ReduceMax', ['logits', graph.constant(1)], { keepdims: int(0) }, 'highest');
  graph.output('logits');
  graph.output('highest');
  return graph;
}

function softmaxGraph(): Graph {
  const graph = new Graph('softmax');
  graph.input('x');
  graph.op('Softmax', ['x'], { axis: int(-1) }, 'y');
  graph.output('y');
  return graph;
}
