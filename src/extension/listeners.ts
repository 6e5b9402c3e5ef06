/** Something that can be ended; the same shape as `vscode.Disposable`. */
export interface Subscription {
  dispose(): void;
}

/** Who wants to be told. A listener that is added or removed while others are told changes nothing for them. */
export class Listeners<Args extends unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>();

  add(listener: (...args: Args) => void): Subscription {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  tell(...args: Args): void {
    for (const listener of [...this.#listeners]) listener(...args);
  }
}
