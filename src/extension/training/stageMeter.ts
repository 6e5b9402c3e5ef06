/** Turns counts into the steps of one progress bar, which can only grow. A count that falls begins the next stage. */
export class StageMeter {
  #stage = 0;
  #before = 0;
  #shown = 0;

  /** @param stages how many counts there are, one after the other, each with the same share of the bar */
  constructor(private readonly stages: number) {}

  /** How many percent the bar grows. */
  increment(done: number, total: number): number {
    const part = Math.min(1, done / total);
    if (part < this.#before) this.#stage = Math.min(this.#stage + 1, this.stages - 1);
    this.#before = part;
    const percent = Math.floor((100 * (this.#stage + part)) / this.stages);
    const grown = Math.max(0, percent - this.#shown);
    this.#shown += grown;
    return grown;
  }
}
