/**
 * Reads something that many ask for: one reading goes on at a time, and whoever asks meanwhile gets the next, because what
 * made them ask may have come too late for this one.
 */
export class CoalescedReading<Result> {
  #now: Promise<Result> | undefined;
  #next: Promise<Result> | undefined;

  constructor(private readonly read: () => Promise<Result>) {}

  ask(): Promise<Result> {
    if (this.#next) return this.#next;
    if (!this.#now) return this.#begin();
    const begin = () => {
      this.#next = undefined;
      return this.#begin();
    };
    this.#next = this.#now.then(begin, begin);
    return this.#next;
  }

  #begin(): Promise<Result> {
    const now = this.read().finally(() => {
      if (this.#now === now) this.#now = undefined;
    });
    this.#now = now;
    return now;
  }
}
