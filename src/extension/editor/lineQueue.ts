export interface LineQueueOptions<Answer> {
  /** Answers some texts, in their order. */
  readonly ask: (texts: readonly string[]) => Promise<readonly Answer[]>;
  /** Texts asked at once; a few, so that what becomes urgent does not wait long. */
  readonly batchSize: number;
  /** Longer texts count as more, so that a batch of long lines takes no longer. In UTF-16 units. */
  readonly batchLength: number;
  readonly answers: AnswerCache<Answer>;
  /** Some texts have their answers now. */
  readonly onAnswers: () => void;
}

/**
 * Texts that wait for their answers, each once however many lines have it. Those that can be seen go first. One batch is
 * on its way at a time.
 */
export class LineQueue<Answer> {
  readonly #urgent = new Set<string>();
  readonly #rest = new Set<string>();
  #working: Promise<void> | undefined;

  constructor(private readonly options: LineQueueOptions<Answer>) {}

  /** How many texts wait. */
  get size(): number {
    return this.#urgent.size + this.#rest.size;
  }

  /** Texts whose lines can be seen; those asked for urgently before have been scrolled past and wait with the rest. */
  addUrgent(texts: Iterable<string>): void {
    for (const text of this.#urgent) this.#rest.add(text);
    this.#urgent.clear();
    for (const text of texts) {
      if (this.options.answers.has(text)) continue;
      this.#rest.delete(text);
      this.#urgent.add(text);
    }
  }

  add(texts: Iterable<string>): void {
    for (const text of texts) {
      if (!this.options.answers.has(text) && !this.#urgent.has(text)) this.#rest.add(text);
    }
  }

  /** Forgets what waits; a batch on its way is still answered. */
  cancel(): void {
    this.#urgent.clear();
    this.#rest.clear();
  }

  /**
   * Works until nothing waits. While this goes on, another call waits for the same end.
   *
   * @throws what `ask` throws; then nothing waits any more
   */
  run(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    try {
      for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
        const answers = await this.options.ask(batch);
        batch.forEach((text, i) => {
          const answer = answers[i];
          if (answer !== undefined) this.options.answers.set(text, answer);
        });
        this.options.onAnswers();
      }
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  #take(): string[] {
    const batch: string[] = [];
    let length = 0;
    for (const waiting of [this.#urgent, this.#rest]) {
      for (const text of waiting) {
        const isFull =
          batch.length === this.options.batchSize || length + text.length > this.options.batchLength;
        if (batch.length > 0 && isFull) return batch;
        waiting.delete(text);
        batch.push(text);
        length += text.length;
      }
      // What can be seen does not wait for more to go with it.
      if (batch.length > 0) return batch;
    }
    return batch;
  }
}

/** Answers by text; the oldest are forgotten when there are too many. */
export class AnswerCache<Answer> {
  readonly #answers = new Map<string, Answer>();

  constructor(private readonly capacity: number) {}

  get(text: string): Answer | undefined {
    return this.#answers.get(text);
  }

  has(text: string): boolean {
    return this.#answers.has(text);
  }

  set(text: string, answer: Answer): void {
    this.#answers.delete(text);
    this.#answers.set(text, answer);
    if (this.#answers.size > this.capacity) {
      const [oldest] = this.#answers.keys();
      if (oldest !== undefined) this.#answers.delete(oldest);
    }
  }
}
