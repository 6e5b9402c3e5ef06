/** What the jobs count, and what broke a promise. */
export class Report {
  readonly #counts = new Map<string, number>();
  readonly violations: string[] = [];

  count(what: string, by = 1): void {
    this.#counts.set(what, this.of(what) + by);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** @param promise such as `P5` */
  broken(promise: string, where: string, how: string): void {
    const violation = `${promise}: ${where}: ${how}`;
    this.violations.push(violation);
    console.error(violation);
  }

  /** One line for each count, in the order in which they first came up. */
  lines(): string[] {
    return [...this.#counts].map(([what, count]) => `${what}: ${count.toLocaleString('en')}`);
  }
}
