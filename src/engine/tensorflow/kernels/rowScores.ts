/** What one tile of classes says of each row. */
export interface TileScores {
  /** The highest logit. */
  readonly highest: ArrayLike<number>;
  /** In the columns that `columns` named. */
  readonly ofColumns: { readonly logits: ArrayLike<number> };
  /** In some column each: its logit, and its share of the softmax over the tile's classes. */
  readonly reference: { readonly logits: ArrayLike<number>; readonly shares: ArrayLike<number> };
  /** The first of the columns with the highest logit. Without it a target as high as any other counts as right. */
  readonly answers: ArrayLike<number> | undefined;
}

/** Puts the softmaxes over tiles of classes together to the one over all classes: a few numbers a row, in doubles. */
export class RowScores {
  readonly #targets: Int32Array;
  readonly #logSums: Float64Array[] = [];
  readonly #ofTargets: Float64Array;
  readonly #highest: Float64Array;
  readonly #answers: Int32Array;
  #logTotals: Float64Array | undefined;
  #knowsAnswers = true;

  /** @param targets the right class of each row */
  constructor(targets: Int32Array) {
    this.#targets = targets;
    this.#ofTargets = new Float64Array(targets.length).fill(NaN);
    this.#highest = new Float64Array(targets.length).fill(-Infinity);
    this.#answers = new Int32Array(targets.length);
  }

  get rows(): number {
    return this.#targets.length;
  }

  /** Where in the tile each row's target is, or for a target in another tile some column that the tile has. */
  columns(first: number, count: number): Int32Array {
    return this.#targets.map((target) => (target >= first && target < first + count ? target - first : 0));
  }

  /** Tiles come in the order of their classes. */
  addTile(first: number, count: number, scores: TileScores): void {
    const { highest, ofColumns, reference, answers } = scores;
    const { logits, shares } = reference;
    this.#logSums.push(Float64Array.from(shares, (share, row) => (logits[row] ?? NaN) - Math.log(share)));
    this.#knowsAnswers &&= answers !== undefined;
    for (const [row, target] of this.#targets.entries()) {
      if (target >= first && target < first + count) {
        this.#ofTargets[row] = ofColumns.logits[row] ?? NaN;
      }
      const here = highest[row] ?? NaN;
      if (here > (this.#highest[row] ?? NaN)) {
        this.#highest[row] = here;
        this.#answers[row] = first + (answers?.[row] ?? 0);
      }
    }
  }

  /** Summed over the rows, in nats. */
  loss(): number {
    return this.#totals().reduce((sum, total, row) => sum + total - (this.#ofTargets[row] ?? NaN), 0);
  }

  correct(): number {
    const isRight = (target: number, row: number): boolean =>
      this.#knowsAnswers ? this.#answers[row] === target : this.#ofTargets[row] === this.#highest[row];
    return this.#targets.filter(isRight).length;
  }

  /** What part of the softmax over all classes the tile has in each row, divided by `rows`. */
  factors(tile: number, rows: number): Float32Array {
    const logSums = this.#logSums[tile];
    return Float32Array.from(
      this.#totals(),
      (total, row) => Math.exp((logSums?.[row] ?? NaN) - total) / rows,
    );
  }

  /** `log Σ exp(logit)` over all classes. */
  #totals(): Float64Array {
    this.#logTotals ??= this.#highest.map((highest, row) => {
      const sum = this.#logSums.reduce((sum, ofTile) => sum + Math.exp((ofTile[row] ?? NaN) - highest), 0);
      return highest + Math.log(sum);
    });
    return this.#logTotals;
  }
}
