/** The clock and the timers that a {@link Throttle} goes by; a test brings its own. */
export interface Timing {
  now(): number;
  /** Returns what takes the call back. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemTiming: Timing = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Calls at most once per interval: the first at once, what comes meanwhile together at the interval's end. */
export class Throttle {
  #last = -Infinity;
  #takeBack: (() => void) | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly call: () => void,
    private readonly timing: Timing = systemTiming,
  ) {}

  /** Asks for a call. */
  request(): void {
    if (this.#takeBack) return;
    const wait = this.#last + this.milliseconds - this.timing.now();
    if (wait <= 0) this.#run();
    else {
      this.#takeBack = this.timing.after(wait, () => {
        this.#run();
      });
    }
  }

  /** Takes back a call that is still to come. */
  cancel(): void {
    this.#takeBack?.();
    this.#takeBack = undefined;
  }

  #run(): void {
    this.#takeBack = undefined;
    this.#last = this.timing.now();
    this.call();
  }
}
