import type { TrainClassifierInput } from '../../options/classifier';
import type { RunEvent } from '../../protocol/events';

/** Where it is kept what is to be trained after which run; VS Code's memento. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const key = 'ulmfit.followUps';

/**
 * Classifiers to train as soon as the run of their encoder is done. They outlive the window: a run that is resumed
 * after a reload still has its follower.
 */
export class FollowUps {
  constructor(private readonly memory: Memory) {}

  async add(run: string, next: TrainClassifierInput): Promise<void> {
    await this.memory.update(key, { ...this.#all(), [run]: next });
  }

  /**
   * What an event of a run means for its follower.
   *
   * @returns the classifier that is to be trained now
   */
  async handle(run: string, { event }: RunEvent): Promise<TrainClassifierInput | undefined> {
    const { [run]: next, ...others } = this.#all();
    if (!next || (event !== 'result' && event !== 'cancelled')) return undefined;
    await this.memory.update(key, others);
    return event === 'result' ? next : undefined;
  }

  /** Whether a run has a follower. */
  has(run: string): boolean {
    return this.#all()[run] !== undefined;
  }

  async remove(run: string): Promise<void> {
    const { [run]: gone, ...others } = this.#all();
    if (gone) await this.memory.update(key, others);
  }

  #all(): Partial<Record<string, TrainClassifierInput>> {
    const kept = this.memory.get(key);
    return typeof kept === 'object' && kept !== null ? kept : {};
  }
}
