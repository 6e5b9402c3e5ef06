import type * as tf from '@tensorflow/tfjs-core';
import { type BlockLimits, decoderBlocks, type Range } from '../../decoderBlocks';
import { linearCrossEntropyKernel } from '../../ops/linearCrossEntropy';
import { RowScores } from '../../rowScores';
import { currentBackend, type OnnxBackend } from '../backend';
import { Graph, int } from '../modelWriter';
import { native32 } from '../nativeSession';
import { gemm } from './gemm';
import {
  asTensor,
  checkTargets,
  type KernelCall,
  registerOnnxGradient,
  registerOnnxKernel,
  required,
  size,
} from './kernel';

/** Measured: a whole training step takes a twentieth longer with tiles of a quarter of this size. */
const limits: BlockLimits = { rows: 1200, blockBytes: 160 * 2 ** 20, tileBytes: 20 * 2 ** 20 };

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

interface Decoder {
  readonly hidden: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly width: number;
}

/**
 * Block by block of rows, and in a block tile by tile of classes: the softmax of a tile is, but for a factor for each row that
 * is known after the last tile, part of the softmax P over all classes. The gradients for a loss gradient of 1 are made in
 * the same pass, because afterwards P is gone: with n rows, `dHidden = (P − onehot)·W/n`, `dWeight = (P − onehot)ᵀ·hidden/n`,
 * `dBias = Σ (P − onehot)/n`.
 */
function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo[] {
  const rows = size(input('hidden'), 0);
  const width = size(input('hidden'), 1);
  const classes = size(input('weight'), 0);
  const targets = backend.integers(input('targets'));
  checkTargets(targets, classes);
  const decoder: Decoder = {
    hidden: backend.floats(input('hidden')),
    weight: backend.floats(input('weight')),
    bias: backend.floats(input('bias')),
    width,
  };
  const gradients: Decoder | undefined =
    attributes['withGradient'] === true
      ? {
          hidden: backend.allocate(rows * width),
          weight: backend.allocate(classes * width),
          bias: backend.allocate(classes),
          width,
        }
      : undefined;
  const { blocks, tiles } = decoderBlocks(rows, classes, limits, attributes);
  const largestTile = tiles[0]?.count ?? 0;
  let loss = 0;
  let correct = 0;
  for (const block of blocks) {
    const scores = new RowScores(targets.subarray(block.first, block.first + block.count));
    const given = { ...decoder, hidden: rowsOf(decoder.hidden, block, width) };
    // Of all tiles side by side; without a gradient each takes the place of the one before.
    const softmaxes = backend.buffers.scratch('softmax', block.count * (gradients ? classes : largestTile));
    const ofTile = ({ first, count }: Range): Float32Array => {
      const from = gradients ? first : 0;
      return softmaxes.subarray(from * block.count, (from + count) * block.count);
    };
    for (const tile of tiles) {
      tileSoftmax(backend, given, tile, scores, ofTile(tile), gradients === undefined);
    }
    loss += scores.loss();
    correct += scores.correct();
    if (!gradients) continue;
    const ofBlock = { ...gradients, hidden: rowsOf(gradients.hidden, block, width) };
    for (const [index, tile] of tiles.entries()) {
      const factors = scores.factors(index, rows);
      const isFirst = { tile: index === 0, block: block.first === 0 };
      addGradients(backend, given, { tile, softmax: ofTile(tile), factors, isFirst }, ofBlock);
    }
  }
  const sums = [backend.wrap(Float32Array.of(loss / rows)), backend.wrap(Float32Array.of(correct))];
  if (!gradients) {
    const none = (): tf.TensorInfo => backend.wrap(new Float32Array(0), 0);
    return [...sums, none(), none(), none()];
  }
  subtractTargets(decoder, targets, gradients);
  // Shown to tfjs as empty: it would make zeros of their sizes for the gradients that never arrive here.
  const { hidden, weight, bias } = gradients;
  return [...sums, ...[hidden, weight, bias].map((values) => backend.wrap(values, 0))];
}

function rowsOf(matrix: Float32Array, { first, count }: Range, width: number): Float32Array {
  return matrix.subarray(first * width, (first + count) * width);
}

/** The logarithm of a smaller probability may be inexact. */
const leastShare = 1e-30;

/** Writes the softmax over the classes of a tile, `[rows, classes of the tile]`; what the loss needs of it goes to `scores`. */
function tileSoftmax(
  backend: OnnxBackend,
  { hidden, weight, bias, width }: Decoder,
  tile: Range,
  scores: RowScores,
  softmax: Float32Array,
  withAnswers: boolean,
): void {
  const { rows } = scores;
  const { first, count } = tile;
  const logits = backend.buffers.scratch('logits', rows * count);
  const highest = new Float32Array(withAnswers ? rows : 0);
  backend.sessions.run(
    `logits ${withAnswers}`,
    () => logitsGraph(withAnswers),
    {
      hidden: native32(hidden, rows, width),
      weight: native32(rowsOf(weight, tile, width), count, width),
      bias: native32(bias.subarray(first, first + count), count),
    },
    {
      logits: native32(logits, rows, count),
      softmax: native32(softmax, rows, count),
      ...(withAnswers ? { highest: native32(highest, rows) } : {}),
    },
  );
  const ofColumns = new Float64Array(rows);
  const logSums = new Float64Array(rows);
  for (const [row, column] of scores.columns(tile).entries()) {
    const start = row * count;
    const logit = logits[start + column] ?? NaN;
    const share = softmax[start + column] ?? NaN;
    ofColumns[row] = logit;
    logSums[row] =
      share < leastShare ? logSumOf(logits.subarray(start, start + count)) : logit - Math.log(share);
  }
  const answers = { columns: answerColumns(logits, highest, ofColumns), logits: highest };
  scores.addTile(tile, { ofColumns, logSums, logFactors: logSums, ...(withAnswers ? { answers } : {}) });
}

/** Where the logit of the column asked for is the highest, the first column that has it; NaN for any other. */
function answerColumns(logits: Float32Array, highest: Float32Array, ofColumns: Float64Array): Float64Array {
  const count = logits.length / highest.length;
  return Float64Array.from(highest, (most, row) =>
    most === ofColumns[row] ? logits.indexOf(most, row * count) - row * count : NaN,
  );
}

function logSumOf(logits: Float32Array): number {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}

interface TileOfBlock {
  readonly tile: Range;
  readonly softmax: Float32Array;
  /** For each row what turns the tile's softmax into `P/n`. */
  readonly factors: Float32Array;
  /** Nothing has been summed yet into what this tile, or this block, adds to. */
  readonly isFirst: { readonly tile: boolean; readonly block: boolean };
}

/** Adds what a tile says, without the onehot; the factors go to the small arrays. */
function addGradients(
  backend: OnnxBackend,
  { hidden, weight, width }: Decoder,
  { tile, softmax, factors, isFirst }: TileOfBlock,
  gradients: Decoder,
): void {
  const rows = factors.length;
  const { first, count } = tile;
  const product = isFirst.tile ? gradients.hidden : backend.buffers.scratch('of hidden', rows * width);
  gemm(backend, {
    a: softmax,
    b: rowsOf(weight, tile, width),
    rows,
    inner: count,
    columns: width,
    out: product,
  });
  const scaled = backend.buffers.scratch('scaled hidden', rows * width);
  scaleRows(hidden, factors, scaled);
  if (isFirst.tile) scaleRows(product, factors, gradients.hidden);
  else addScaledRows(product, factors, gradients.hidden);
  const ofWeight = rowsOf(gradients.weight, tile, width);
  gemm(backend, {
    a: softmax,
    transposeA: true,
    b: scaled,
    addend: isFirst.block ? undefined : ofWeight,
    rows: count,
    inner: rows,
    columns: width,
    out: ofWeight,
  });
  const ofBias = gradients.bias.subarray(first, first + count);
  gemm(backend, {
    a: factors,
    b: softmax,
    addend: isFirst.block ? undefined : ofBias,
    rows: 1,
    inner: rows,
    columns: count,
    out: ofBias,
  });
}

/** `out = x · factors`, a factor for each row. */
function scaleRows(x: Float32Array, factors: Float32Array, out: Float32Array): void {
  const width = out.length / factors.length;
  for (let row = 0, i = 0; row < factors.length; row++) {
    const factor = factors[row] ?? 0;
    for (const end = i + width; i < end; i++) out[i] = (x[i] ?? 0) * factor;
  }
}

/** `out += x · factors`, a factor for each row. */
function addScaledRows(x: Float32Array, factors: Float32Array, out: Float32Array): void {
  const width = out.length / factors.length;
  for (let row = 0, i = 0; row < factors.length; row++) {
    const factor = factors[row] ?? 0;
    for (const end = i + width; i < end; i++) out[i] = (out[i] ?? 0) + (x[i] ?? 0) * factor;
  }
}

/** Takes the onehot's part from all three. */
function subtractTargets({ hidden, weight, width }: Decoder, targets: Int32Array, gradients: Decoder): void {
  const share = 1 / targets.length;
  for (const [row, target] of targets.entries()) {
    const rowAt = (matrix: Float32Array, index: number): Float32Array =>
      rowsOf(matrix, { first: index, count: 1 }, width);
    subtractScaled(rowAt(gradients.hidden, row), rowAt(weight, target), share);
    subtractScaled(rowAt(gradients.weight, target), rowAt(hidden, row), share);
    gradients.bias[target] = (gradients.bias[target] ?? 0) - share;
  }
}

function subtractScaled(from: Float32Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] ?? 0) - (values[i] ?? 0) * factor;
}

function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * factor;
}

function logitsGraph(withAnswers: boolean): Graph {
  const graph = new Graph('logits');
  for (const name of ['hidden', 'weight', 'bias']) graph.input(name);
  graph.op('Gemm', ['hidden', 'weight', 'bias'], { transB: int(1) }, 'logits');
  graph.op('Softmax', ['logits'], { axis: int(-1) }, 'softmax');
  graph.output('logits');
  graph.output('softmax');
  if (!withAnswers) return graph;
  graph.op('ReduceMax', ['logits', graph.constant(1)], { keepdims: int(0) }, 'highest');
  graph.output('highest');
  return graph;
}
