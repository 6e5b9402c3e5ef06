/** Does something at most so often however often it is asked for; what was asked last is always done. */
export class Coalesced {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly action: () => void,
    private readonly milliseconds: number,
  ) {}

  ask(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.action();
    }, this.milliseconds);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
