import type { Range } from './decoderBlocks';

/** What one tile of classes says of each row. */
export interface TileScores {
  /** The logits in the columns that `columns` named. */
  readonly ofColumns: ArrayLike<number>;
  /** `log Σ exp(logit)` over the tile's classes. */
  readonly logSums: Float64Array;
  /** The logarithm of what `exp(logit)` was divided by in the tile. */
  readonly logFactors: Float64Array;
  /** The first of the columns with the highest logit, where it is known. */
  readonly answers?: { readonly columns: ArrayLike<number>; readonly logits: ArrayLike<number> };
}

/** Puts tiles of classes together to the softmax over all classes: a few numbers a row, in doubles. */
export class RowScores {
  readonly #targets: Int32Array;
  readonly #tiles: { range: Range; scores: TileScores }[] = [];
  #logTotals: Float64Array | undefined;

  /** @param targets the right class of each row */
  constructor(targets: Int32Array) {
    this.#targets = targets;
  }

  get rows(): number {
    return this.#targets.length;
  }

  /** Where in the tile each row's target is, or for a target in another tile some column that the tile has. */
  columns({ first, count }: Range): Int32Array {
    return this.#targets.map((target) => (target >= first && target < first + count ? target - first : 0));
  }

  /** Tiles come in the order of their classes. */
  addTile(range: Range, scores: TileScores): void {
    this.#tiles.push({ range, scores });
  }

  /** Summed over the rows, in nats. */
  loss(): number {
    let loss = this.#totals().reduce((sum, total) => sum + total, 0);
    for (const { range, scores } of this.#tiles) {
      for (const [row, target] of this.#targets.entries()) {
        if (target >= range.first && target < range.first + range.count) loss -= scores.ofColumns[row] ?? NaN;
      }
    }
    return loss;
  }

  /** Rows whose first class with the highest logit is the target; NaN where a tile did not tell. */
  correct(): number {
    if (this.#tiles.some(({ scores }) => !scores.answers)) return NaN;
    return this.#targets.filter((target, row) => this.#answer(row) === target).length;
  }

  logTotalsAreBetween(least: number, most: number): boolean {
    return this.#totals().every((total) => total >= least && total <= most);
  }

  /** What turns the tile's numbers in each row into probabilities, divided by `rows`. */
  factors(tile: number, rows: number): Float32Array {
    const logFactors = this.#tiles[tile]?.scores.logFactors;
    return Float32Array.from(
      this.#totals(),
      (total, row) => Math.exp((logFactors?.[row] ?? NaN) - total) / rows,
    );
  }

  #answer(row: number): number {
    let answer = -1;
    let highest = -Infinity;
    for (const { range, scores } of this.#tiles) {
      const logit = scores.answers?.logits[row] ?? NaN;
      if (logit > highest) {
        highest = logit;
        answer = range.first + (scores.answers?.columns[row] ?? NaN);
      }
    }
    return answer;
  }

  /** `log Σ exp(logit)` over all classes. */
  #totals(): Float64Array {
    this.#logTotals ??= Float64Array.from({ length: this.rows }, (_, row) => {
      const sums = this.#tiles.map(({ scores }) => scores.logSums[row] ?? NaN);
      const largest = Math.max(...sums);
      return largest + Math.log(sums.reduce((total, sum) => total + Math.exp(sum - largest), 0));
    });
    return this.#logTotals;
  }
}
