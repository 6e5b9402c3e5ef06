import type { Range } from '../../decoderBlocks';
import type { RowScores } from '../../rowScores';
import type { Handle } from '../binding';
import type { RawOps } from '../rawOps';

/** Handles of `[rows, width]`, `[classes, width]`, `[classes]`. */
export type Decoder = Record<'hidden' | 'weight' | 'bias', Handle>;

/** How a tile of logits is brought to what the probabilities are made of. */
export interface TileKind {
  /**
   * Makes a tile, `[rows, classes of the tile]`, whose numbers are the probabilities but for a factor for each row, which
   * `scores` finds out, and for `columnFactors`.
   */
  make(decoder: Decoder, tile: Range, scores: RowScores): Handle;
  /** One for each class, `[classes, 1]`. */
  readonly columnFactors: Handle | undefined;
  /** Whether the numbers are exact for all rows, asked after the last tile. */
  isExact(scores: RowScores): boolean;
}

/** TensorFlow's own softmax of each tile: exact whatever the logits are, and knows the likeliest class. */
export function softmaxes(ops: RawOps): TileKind {
  return {
    columnFactors: undefined,
    isExact: () => true,
    make: ({ hidden, weight, bias }, tile, scores) => {
      const product = productOf(ops, hidden, weight, tile);
      const logits = ops.run('BiasAdd', [product, ops.rows(bias, tile.first, tile.count, 1)]);
      const softmax = ops.run('Softmax', [logits]);
      const likeliest = ops.run('ArgMax', [logits, ops.integer(1)], { output_type: 'int32' });
      const answers = { columns: ops.read(likeliest), logits: readAt(ops, logits, likeliest) };
      // The likeliest class has a share that is never too small for its logarithm to be exact.
      const logSums = Float64Array.from(
        readAt(ops, softmax, likeliest),
        (share, row) => (answers.logits[row] ?? NaN) - Math.log(share),
      );
      const ofColumns = readAt(ops, logits, ops.integers(scores.columns(tile), scores.rows));
      scores.addTile(tile, { ofColumns, logSums, logFactors: logSums, answers });
      ops.release(product, logits, likeliest);
      return softmax;
    },
  };
}

/** A sum between these has lost nothing to numbers that are too small or too large for a float32. */
const exactSums = { least: Math.log(1e-20), most: Math.log(1e30) };
const largestBias = 20;

/**
 * `exp(hidden·W)`, from which nothing was taken first and to which no bias was added, whose exponential goes to the small
 * arrays: a third of the time of a softmax. For logits that are not extreme, as those of language models are not.
 */
export function exponentials(ops: RawOps, bias: Handle): TileKind | undefined {
  const biases = ops.read(bias);
  if (!Array.from(biases).every((value) => Math.abs(value) <= largestBias)) return undefined;
  const columnFactors = ops.reshape(ops.run('Exp', [bias]), biases.length, 1);
  return {
    columnFactors,
    isExact: (scores) => scores.logTotalsAreBetween(exactSums.least, exactSums.most),
    make: ({ hidden, weight }, tile, scores) => {
      const product = productOf(ops, hidden, weight, tile);
      const powers = ops.run('Exp', [product]);
      const sums = ops.matMul(powers, ops.rows(columnFactors, tile.first, tile.count, 2));
      const columns = scores.columns(tile);
      const ofColumns = Float64Array.from(
        readAt(ops, product, ops.integers(columns, scores.rows)),
        (logit, row) => logit + (biases[tile.first + (columns[row] ?? 0)] ?? NaN),
      );
      const logSums = Float64Array.from(ops.read(sums), Math.log);
      scores.addTile(tile, { ofColumns, logSums, logFactors: new Float64Array(scores.rows) });
      ops.release(product, sums);
      return powers;
    },
  };
}

function productOf(ops: RawOps, hidden: Handle, weight: Handle, { first, count }: Range): Handle {
  return ops.matMul(hidden, ops.rows(weight, first, count, 2), { b: true });
}

/** One number of each row. */
function readAt(ops: RawOps, x: Handle, columns: Handle): ArrayLike<number> {
  const found = ops.run('GatherV2', [x, columns, ops.integer(1)], { batch_dims: 1 });
  return ops.read(found);
}
