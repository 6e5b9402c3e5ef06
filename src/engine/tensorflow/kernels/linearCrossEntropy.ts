import type * as tf from '@tensorflow/tfjs-core';
import { linearCrossEntropyKernel } from '../../ops/linearCrossEntropy';
import type { Handle } from '../binding';
import type { RawOps } from '../rawOps';
import { RowScores } from './rowScores';
import {
  computeTensor,
  integersOf,
  type KernelCall,
  registerTensorFlowGradient,
  registerTensorFlowKernel,
  required,
  size,
} from './kernel';

export function registerLinearCrossEntropy(): void {
  registerTensorFlowKernel(linearCrossEntropyKernel, forward);
  registerTensorFlowGradient({
    kernelName: linearCrossEntropyKernel,
    inputsToSave: ['hidden', 'weight', 'bias'],
    outputsToSave: [false, false, true, true, true],
    gradient: ([dLoss], [hidden, weight, bias, ofHidden, ofWeight, ofBias]) => {
      const times = (saved: tf.Tensor | undefined, input: tf.Tensor | undefined) => () =>
        computeTensor((ops) => {
          const factor = ops.of(required(dLoss, 'dLoss'));
          const product = ops.multiply(ops.of(required(saved, 'a saved gradient')), factor);
          return ops.tensor(product, required(input, 'an input').shape);
        });
      return { hidden: times(ofHidden, hidden), weight: times(ofWeight, weight), bias: times(ofBias, bias) };
    },
  });
}

/** Logits held at a time: blocks below 32 MiB are used again, larger ones come fresh from the system, page by page. */
const tileBytes = 31 * 2 ** 20;
/** Probabilities kept until the sums over all classes are known. */
const blockBytes = 160 * 2 ** 20;
/** The logarithm of a smaller probability may be inexact. */
const leastShare = 1e-30;
/** More rows at a time make the products no faster. */
const mostRows = 1200;

/** Rows `first` … `first + count − 1`, or classes. */
interface Range {
  readonly first: number;
  readonly count: number;
}

type Inputs = Record<'hidden' | 'weight' | 'bias', Handle>;

/**
 * Block by block of rows (the attribute `chunkRows` sets how many), and in a block tile by tile of classes (`chunkClasses`):
 * such a tile's softmax is TensorFlow's own, and what it is of the softmax over all classes is a factor for each row, known
 * after the last tile. The factors go to the small arrays of the products.
 *
 * The gradients for a loss gradient of 1 are made in the same pass, because afterwards the probabilities P are gone: with
 * `P − onehot` for the gradient of the logits and n rows, `dHidden = (P − onehot)·W/n`, `dWeight = (P − onehot)ᵀ·hidden/n`,
 * `dBias = Σ (P − onehot)/n`.
 */
function forward({ ops, input, attributes }: KernelCall): tf.TensorInfo[] {
  const rows = size(input('hidden'), 0);
  const width = size(input('hidden'), 1);
  const classes = size(input('weight'), 0);
  const targets = integersOf(ops, input('targets'));
  for (const target of targets) {
    if (target < 0 || target >= classes) {
      throw new RangeError(`Target ${target} is not one of the ${classes} classes.`);
    }
  }
  const withGradient = attributes['withGradient'] === true;
  const inputs = {
    hidden: ops.of(input('hidden')),
    weight: ops.of(input('weight')),
    bias: ops.of(input('bias')),
  };
  const chosenRows = Number(attributes['chunkRows'] ?? rowsPerBlock(rows, classes));
  const chosenClasses = Number(attributes['chunkClasses'] ?? classesPerTile(chosenRows, classes));
  const tiles = ranges(classes, chosenClasses);
  const gradients = new Gradients(ops, tiles.length);
  let loss = 0;
  let correct = 0;
  for (const block of ranges(rows, chosenRows)) {
    const hidden = ops.rows(inputs.hidden, block.first, block.count, 2);
    const ofBlock = targets.subarray(block.first, block.first + block.count);
    const scores = new RowScores(ofBlock);
    const softmaxes = tiles.map((tile) => {
      const softmax = tileSoftmax(ops, scores, { ...inputs, hidden }, tile, withGradient);
      if (!withGradient) ops.release(softmax);
      return softmax;
    });
    loss += scores.loss();
    correct += scores.correct();
    if (withGradient) {
      const ofTiles = tiles.map((tile, index) => {
        const factors = scores.factors(index, rows);
        return { tile, softmax: required(softmaxes[index], 'a softmax'), factors };
      });
      gradients.add(ofTiles, { ...inputs, hidden });
    }
    ops.release(hidden);
  }
  const sums = [ops.tensor(ops.float(loss / rows), []), ops.tensor(ops.float(correct), [])];
  // Shown to tfjs as empty: it would make zeros of their sizes for the gradients that never arrive here.
  const hide = (handle: Handle): tf.TensorInfo => ops.tensor(handle, [0]);
  if (!withGradient) return [...sums, ...[0, 1, 2].map(() => hide(ops.floats(new Float32Array(0), 0)))];
  const total = gradients.withoutTargets(inputs, ops.of(input('targets')), { rows, width, classes });
  return [...sums, hide(total.hidden), hide(total.weight), hide(total.bias)];
}

function rowsPerBlock(rows: number, classes: number): number {
  const most = Math.floor(blockBytes / Float32Array.BYTES_PER_ELEMENT / classes);
  return equalParts(rows, Math.max(1, Math.min(mostRows, most)));
}

function classesPerTile(rows: number, classes: number): number {
  return equalParts(classes, Math.max(1, Math.floor(tileBytes / Float32Array.BYTES_PER_ELEMENT / rows)));
}

/** Parts of nearly equal size, since a small last one would cost as much in overhead as a large one. */
function equalParts(total: number, most: number): number {
  return Math.ceil(total / Math.ceil(total / most));
}

function ranges(total: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    first: index * size,
    count: Math.min(size, total - index * size),
  }));
}

/** The softmax over the classes of a tile, `[rows, classes of the tile]`; what the loss needs of it goes to `scores`. */
function tileSoftmax(
  ops: RawOps,
  scores: RowScores,
  { hidden, weight, bias }: Inputs,
  { first, count }: Range,
  withGradient: boolean,
): Handle {
  const product = ops.matMul(hidden, ops.rows(weight, first, count, 2), { b: true });
  const logits = ops.run('BiasAdd', [product, ops.rows(bias, first, count, 1)]);
  ops.release(product);
  const softmax = ops.run('Softmax', [logits]);
  const highest = (x: Handle): ArrayLike<number> =>
    ops.read(ops.run('Max', [x, ops.integer(1)], { keep_dims: false }));
  const columns = ops.integers(scores.columns(first, count), scores.rows);
  const atColumns = (x: Handle): ArrayLike<number> =>
    ops.read(ops.run('GatherV2', [x, columns, ops.integer(1)], { batch_dims: 1 }));
  const ofColumns = { logits: atColumns(logits), shares: atColumns(softmax) };
  const ofHighest = highest(logits);
  const isTooSmall = Array.from(ofColumns.shares).some((share) => share < leastShare);
  // Which class is likeliest nobody asks while training, and it takes as long as three sums.
  const answers = withGradient
    ? undefined
    : ops.read(ops.run('ArgMax', [logits, ops.integer(1)], { output_type: 'int32' }));
  scores.addTile(first, count, {
    highest: ofHighest,
    ofColumns,
    reference: isTooSmall ? { logits: ofHighest, shares: highest(softmax) } : ofColumns,
    answers,
  });
  ops.release(logits);
  return softmax;
}

interface TileOfBlock {
  readonly tile: Range;
  readonly softmax: Handle;
  /** What turns the tile's softmax into the gradient of the logits, without the onehot: one number a row. */
  readonly factors: Float32Array;
}

/** Sums over blocks and tiles. */
class Gradients {
  /** `P·W/n` of each block. */
  readonly #hidden: Handle[] = [];
  /** `Pᵀ·hidden/n` and `Σ P/n` of each tile. */
  readonly #weight: (Handle | undefined)[];
  readonly #bias: (Handle | undefined)[];

  constructor(
    private readonly ops: RawOps,
    tiles: number,
  ) {
    this.#weight = Array<undefined>(tiles).fill(undefined);
    this.#bias = Array<undefined>(tiles).fill(undefined);
  }

  /** Adds those of a block; deletes its softmaxes. */
  add(tiles: readonly TileOfBlock[], { hidden, weight }: Inputs): void {
    const { ops } = this;
    let ofHidden: Handle | undefined;
    for (const [index, { tile, softmax, factors }] of tiles.entries()) {
      const rows = factors.length;
      const column = ops.floats(factors, rows, 1);
      const product = ops.matMul(softmax, ops.rows(weight, tile.first, tile.count, 2));
      ofHidden = this.#sum(ofHidden, ops.multiply(product, column));
      const scaled = ops.multiply(hidden, column);
      this.#weight[index] = this.#sum(this.#weight[index], ops.matMul(softmax, scaled, { a: true }));
      const sums = ops.matMul(ops.reshape(column, 1, rows), softmax);
      this.#bias[index] = this.#sum(this.#bias[index], ops.reshape(sums, tile.count));
      ops.release(product, column, scaled, sums, softmax);
    }
    this.#hidden.push(required(ofHidden, 'a tile'));
  }

  /** The gradients, with the onehot of all rows taken off. */
  withoutTargets(
    { hidden, weight }: Inputs,
    targets: Handle,
    { rows, width, classes }: Record<'rows' | 'width' | 'classes', number>,
  ): Inputs {
    const { ops } = this;
    const oneOverRows = ops.float(1 / rows);
    const whole = (parts: readonly (Handle | undefined)[]): Handle =>
      ops.concat(
        parts.map((part) => required(part, 'the gradient of a tile')),
        0,
      );
    const perClass = (x: Handle): Handle => ops.run('UnsortedSegmentSum', [x, targets, ops.integer(classes)]);
    const ofTargets = ops.run('GatherV2', [weight, targets, ops.integer(0)]);
    const each = ops.run('Fill', [ops.integers([rows], 1), oneOverRows]);
    return {
      hidden: ops.subtract(
        ops.reshape(whole(this.#hidden), rows, width),
        ops.multiply(ofTargets, oneOverRows),
      ),
      weight: ops.subtract(whole(this.#weight), perClass(ops.multiply(hidden, oneOverRows))),
      bias: ops.subtract(whole(this.#bias), perClass(each)),
    };
  }

  #sum(total: Handle | undefined, more: Handle): Handle {
    if (total === undefined) return more;
    const sum = this.ops.add(total, more);
    this.ops.release(total, more);
    return sum;
  }
}
