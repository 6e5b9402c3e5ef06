export interface CalmSettings {
  readonly calmMilliseconds: number;
  readonly longestMilliseconds: number;
}

/** Does something once it has become calm, and now and then while it does not. */
export class Calm {
  #timer: NodeJS.Timeout | undefined;
  #since: number | undefined;

  constructor(
    private readonly action: () => void,
    private readonly settings: CalmSettings,
  ) {}

  stir(now = performance.now()): void {
    clearTimeout(this.#timer);
    this.#since ??= now;
    const { calmMilliseconds, longestMilliseconds } = this.settings;
    const left = this.#since + longestMilliseconds - now;
    this.#timer = setTimeout(
      () => {
        this.#since = undefined;
        this.action();
      },
      Math.max(0, Math.min(calmMilliseconds, left)),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
