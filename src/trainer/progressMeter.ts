/** How much the latest steps count for against those before them. */
const weight = 0.1;

/** Throughput and time left of a run, from its steps. */
export class ProgressMeter {
  #secondsPerStep: number | undefined;
  #tokensPerSecond: number | undefined;
  #secondsPerValidation = 0;
  #lastStep: number | undefined;

  /** @param now milliseconds of a steady clock */
  step(now: number, tokens: number): void {
    if (this.#lastStep !== undefined) {
      const seconds = Math.max((now - this.#lastStep) / 1000, 1e-6);
      this.#secondsPerStep = follow(this.#secondsPerStep, seconds);
      this.#tokensPerSecond = follow(this.#tokensPerSecond, tokens / seconds);
    }
    this.#lastStep = now;
  }

  validated(now: number): void {
    if (this.#lastStep !== undefined) this.#secondsPerValidation = (now - this.#lastStep) / 1000;
    // The time it took is not the next step's.
    this.#lastStep = now;
  }

  get tokensPerSecond(): number | undefined {
    return this.#tokensPerSecond;
  }

  /** Seconds until the end of the run. */
  secondsLeft(steps: number, validations: number): number | undefined {
    if (this.#secondsPerStep === undefined) return undefined;
    return steps * this.#secondsPerStep + validations * this.#secondsPerValidation;
  }
}

function follow(average: number | undefined, value: number): number {
  return average === undefined ? value : (1 - weight) * average + weight * value;
}
