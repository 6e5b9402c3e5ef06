import type * as tf from '@tensorflow/tfjs-core';
import { linearCrossEntropyKernel } from '../../ops/linearCrossEntropy';
import { type BlockLimits, type DecoderBlocks, decoderBlocks } from '../../decoderBlocks';
import { RowScores } from '../../rowScores';
import type { Handle } from '../binding';
import type { RawOps } from '../rawOps';
import { DecoderGradients } from './decoderGradients';
import { type Decoder, exponentials, softmaxes, type TileKind } from './decoderTiles';
import {
  checkTargets,
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

/** More rows make the products no faster. Memory below 32 MiB is used again; more comes fresh from the system, page by page. */
const limits: BlockLimits = { rows: 1200, blockBytes: 160 * 2 ** 20, tileBytes: 31 * 2 ** 20 };

/**
 * Block by block of rows (the attribute `chunkRows` sets how many), and in a block tile by tile of classes (`chunkClasses`).
 * What a tile has of the softmax over all classes is, but for a factor for each row, known after the last tile; the
 * factors go to the small arrays of the products.
 *
 * The gradients for a loss gradient of 1 are made in the same pass, because afterwards the probabilities P are gone: with
 * `P − onehot` for the gradient of the logits and n rows, `dHidden = (P − onehot)·W/n`, `dWeight = (P − onehot)ᵀ·hidden/n`,
 * `dBias = Σ (P − onehot)/n`.
 */
function forward({ ops, input, attributes }: KernelCall): tf.TensorInfo[] {
  const rows = size(input('hidden'), 0);
  const classes = size(input('weight'), 0);
  const targets = integersOf(ops, input('targets'));
  checkTargets(targets, classes);
  const withGradient = attributes['withGradient'] === true;
  const decoder = {
    hidden: ops.of(input('hidden')),
    weight: ops.of(input('weight')),
    bias: ops.of(input('bias')),
  };
  const parts = decoderBlocks(rows, classes, limits, attributes);
  const compute = (kind: TileKind): Result | undefined =>
    pass(ops, { decoder, targets, ...parts, kind, withGradient });
  const fast = withGradient ? exponentials(ops, decoder.bias) : undefined;
  const result = (fast && compute(fast)) ?? required(compute(softmaxes(ops)), 'a result');
  const sums = [result.loss / rows, result.correct].map((sum) => ops.tensor(ops.float(sum), []));
  // Shown to tfjs as empty: it would make zeros of their sizes for the gradients that never arrive here.
  const hide = (handle: Handle): tf.TensorInfo => ops.tensor(handle, [0]);
  if (!withGradient) return [...sums, ...[0, 1, 2].map(() => hide(ops.floats(new Float32Array(0), 0)))];
  const width = size(input('weight'), 1);
  const { hidden, weight, bias } = result.gradients.total(ops.of(input('targets')), { width, classes });
  return [...sums, hide(hidden), hide(weight), hide(bias)];
}

interface Pass extends DecoderBlocks {
  readonly decoder: Decoder;
  readonly targets: Int32Array;
  readonly kind: TileKind;
  readonly withGradient: boolean;
}

interface Result {
  /** Summed over the rows, in nats. */
  readonly loss: number;
  readonly correct: number;
  readonly gradients: DecoderGradients;
}

/** Undefined where tiles of this kind are not exact. */
function pass(
  ops: RawOps,
  { decoder, targets, blocks, tiles, kind, withGradient }: Pass,
): Result | undefined {
  const gradients = new DecoderGradients(ops, decoder, targets.length, kind.columnFactors);
  let loss = 0;
  let correct = 0;
  for (const block of blocks) {
    const hidden = ops.rows(decoder.hidden, block.first, block.count, 2);
    const scores = new RowScores(targets.subarray(block.first, block.first + block.count));
    const made: Handle[] = [];
    for (const tile of tiles) {
      const handle = kind.make({ ...decoder, hidden }, tile, scores);
      if (withGradient) made.push(handle);
      else ops.release(handle);
    }
    if (!kind.isExact(scores)) return undefined;
    loss += scores.loss();
    correct += scores.correct();
    if (withGradient) gradients.add(hidden, tiles, made, scores);
    ops.release(hidden, ...made);
  }
  return { loss, correct, gradients };
}
