/** Progress is written at most this often at first. */
const firstMilliseconds = 1000;
/** After so many lines, half as often. */
const linesBetweenDoublings = 500;

/**
 * Chooses the progress that is written into a run's event file: the longer the run, the seldomer, so that one of days
 * has some thousands of lines and not millions.
 */
export class ProgressLog {
  #last = -Infinity;

  /** @param lines of progress that the file already has */
  constructor(private lines = 0) {}

  /**
   * Whether this progress is to be written.
   *
   * @param now milliseconds of a steady clock
   * @param isEdge of the first or the last batch of an epoch, which is always written
   */
  takes(now: number, isEdge: boolean): boolean {
    const interval = firstMilliseconds * 2 ** Math.floor(this.lines / linesBetweenDoublings);
    if (!isEdge && now - this.#last < interval) return false;
    this.#last = now;
    this.lines++;
    return true;
  }
}
