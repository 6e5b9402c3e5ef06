import { UlmfitError } from '../errors';

/** A request that takes its time, as the work that answers it sees it. */
export interface Task {
  /** Tells the host how far it is; as often as one likes. */
  readonly report: (done: number, total: number) => void;
  /** Whether the host wants no answer any more. */
  readonly shouldStop: () => boolean;
  /** @throws {UlmfitError} `cancelled` where the host wants no answer any more */
  readonly check: () => void;
}

interface Running {
  readonly name: string | undefined;
  isCancelled: boolean;
  ended: Promise<unknown>;
}

/** Progress is told at most this often. */
const reportMilliseconds = 100;

/** The requests that go on, so that the host can follow and cancel those that have a name. */
export class Tasks {
  readonly #running = new Set<Running>();

  constructor(private readonly tell: (task: string, done: number, total: number) => void) {}

  /**
   * Does the work of a request, which is to ask the task between its steps whether to go on.
   * @throws {UlmfitError} `already-exists` for a name that is in use
   */
  async run<Result>(name: string | undefined, work: (task: Task) => Promise<Result>): Promise<Result> {
    if (name !== undefined && this.#find(name)) {
      throw new UlmfitError(
        'already-exists',
        `A task named "${name}" is going on.`,
        'Wait for it, or cancel it first.',
      );
    }
    const running: Running = { name, isCancelled: false, ended: Promise.resolve() };
    this.#running.add(running);
    try {
      const result = work(this.#task(running));
      running.ended = result.catch(() => undefined);
      return await result;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends a task at its next step; nothing where it is over. */
  cancel(name: string): void {
    const running = this.#find(name);
    if (running) running.isCancelled = true;
  }

  /** Ends everything, and waits until it has tidied up. */
  async cancelAll(): Promise<void> {
    const all = [...this.#running];
    for (const running of all) running.isCancelled = true;
    await Promise.all(all.map(({ ended }) => ended));
  }

  #find(name: string): Running | undefined {
    return [...this.#running].find((running) => running.name === name);
  }

  #task(running: Running): Task {
    let told = -Infinity;
    const { name } = running;
    return {
      shouldStop: () => running.isCancelled,
      check: () => {
        if (!running.isCancelled) return;
        throw new UlmfitError('cancelled', 'This was cancelled.', 'Start it again to get an answer.');
      },
      report: (done, total) => {
        const now = performance.now();
        if (name === undefined || (now - told < reportMilliseconds && done < total)) return;
        told = now;
        this.tell(name, done, total);
      },
    };
  }
}
