import type { Range } from '../../decoderBlocks';
import type { RowScores } from '../../rowScores';
import type { Handle } from '../binding';
import type { RawOps } from '../rawOps';
import type { Decoder, TileKind } from './decoderTiles';
import { required } from './kernel';

/** The decoder's gradients for a loss gradient of 1, summed over blocks of rows and tiles of classes. */
export class DecoderGradients {
  /** `P·W/n` of each block. */
  readonly #hidden: Handle[] = [];
  /** `Pᵀ·hidden/n` and `Σ P/n` of each tile, without the tiles' column factors. */
  readonly #weight = new Map<Range, Handle>();
  readonly #bias = new Map<Range, Handle>();
  readonly #factored: Handle;

  /** @param rows n, how many there are in all blocks */
  constructor(
    private readonly ops: RawOps,
    private readonly decoder: Decoder,
    private readonly rows: number,
    private readonly columnFactors: TileKind['columnFactors'],
  ) {
    this.#factored = this.#times(decoder.weight);
  }

  /** Adds what the tiles of a block say; `made` are the tiles, in order. */
  add(hidden: Handle, tiles: readonly Range[], made: readonly Handle[], scores: RowScores): void {
    const { ops } = this;
    let ofHidden: Handle | undefined;
    for (const [index, tile] of tiles.entries()) {
      const probabilities = required(made[index], 'a tile');
      const factors = ops.floats(scores.factors(index, this.rows), scores.rows, 1);
      const product = ops.matMul(probabilities, ops.rows(this.#factored, tile.first, tile.count, 2));
      ofHidden = this.#sum(ofHidden, ops.multiply(product, factors));
      const scaled = ops.multiply(hidden, factors);
      const ofWeight = ops.matMul(probabilities, scaled, { a: true });
      this.#weight.set(tile, this.#sum(this.#weight.get(tile), ofWeight));
      const sums = ops.matMul(probabilities, factors, { a: true });
      this.#bias.set(tile, this.#sum(this.#bias.get(tile), sums));
      ops.release(product, factors, scaled);
    }
    this.#hidden.push(required(ofHidden, 'a tile'));
  }

  /** The sums, with the onehot of the targets taken off. */
  total(targets: Handle, { width, classes }: Record<'width' | 'classes', number>): Decoder {
    const { ops, decoder, rows } = this;
    const oneOverRows = ops.float(1 / rows);
    const all = (parts: Iterable<Handle>): Handle => ops.concat([...parts], 0);
    const perClass = (x: Handle): Handle => ops.run('UnsortedSegmentSum', [x, targets, ops.integer(classes)]);
    const ofTargets = ops.run('GatherV2', [decoder.weight, targets, ops.integer(0)]);
    const each = ops.run('Fill', [ops.integers([rows], 1), oneOverRows]);
    const bias = ops.reshape(this.#times(all(this.#bias.values())), classes);
    return {
      hidden: ops.subtract(ops.reshape(all(this.#hidden), rows, width), ops.multiply(ofTargets, oneOverRows)),
      weight: ops.subtract(
        this.#times(all(this.#weight.values())),
        perClass(ops.multiply(decoder.hidden, oneOverRows)),
      ),
      bias: ops.subtract(bias, perClass(each)),
    };
  }

  #times(x: Handle): Handle {
    return this.columnFactors === undefined ? x : this.ops.multiply(x, this.columnFactors);
  }

  #sum(total: Handle | undefined, more: Handle): Handle {
    if (total === undefined) return more;
    const sum = this.ops.add(total, more);
    this.ops.release(total, more);
    return sum;
  }
}
