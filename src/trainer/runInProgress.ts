import { UlmfitError } from '../errors';
import type { RunEvent } from '../protocol/events';
import { ProcessLock } from '../store/processLock';
import type { Store } from '../store/store';
import { errorEvent } from './errorEvent';
import { LastWords } from './lastWords';
import { afterOutOfMemory } from './memoryCheck';

/**
 * The run that the computing thread works on, as the other thread answers for it: it gives the sign of life on disk,
 * which no step holds up, and ends the run where the computing thread died.
 */
export class RunInProgress {
  readonly #folder: string;
  /** The lock that the computing thread has taken; none where the run is over already. */
  readonly #lock: Promise<ProcessLock | undefined>;
  #isOver = false;
  #step: number | undefined;
  #hasStepped = false;
  #batchSize: number | undefined;

  /** @param onLost another process has taken the run, having believed this one to be gone */
  constructor(
    readonly id: string,
    private readonly store: Store,
    onLost: () => void,
  ) {
    this.#folder = store.runs.folderOf(id);
    this.#lock = ProcessLock.ofThisProcess(this.#folder).catch(() => undefined);
    void this.#lock.then((lock) => {
      if (!this.#isOver) lock?.giveSigns(onLost);
    });
  }

  /** Keeps in mind which step is being taken. */
  follow(event: RunEvent): void {
    if (event.event === 'started') {
      this.#step = event.resumed_from ?? 0;
      this.#batchSize = event.data?.['bs'];
    }
    if (event.event !== 'progress' || event.part === 'prepare') return;
    this.#hasStepped = true;
    this.#step = event.step ?? this.#step;
  }

  /** Since it was started or resumed. */
  get isBeforeFirstStep(): boolean {
    return !this.#hasStepped;
  }

  /** The computing thread has ended it, and released its lock. */
  end(): void {
    this.#isOver = true;
    void this.#lock.then((lock) => lock?.endSigns());
  }

  /** Ends the run for a thread that died, with an event that says why. Does not fail, whatever the disk does. */
  async endByDeath(reason: UlmfitError | undefined): Promise<RunEvent> {
    const error =
      reason ??
      new UlmfitError(
        'trainer-failed',
        'What computes in the trainer ended unexpectedly.',
        'Resume the run; if it happens again, please report it with the log.',
      );
    const event = {
      ...errorEvent(error),
      ...(error.code === 'out-of-memory' ? { remedy: afterOutOfMemory(this.#batchSize) } : {}),
      ...(this.#step === undefined ? {} : { step: this.#step + 1 }),
    };
    this.end();
    const lastWords = new LastWords();
    await lastWords.attempt(this.#write(event));
    await lastWords.attempt(this.#lock.then((lock) => lock?.release()));
    return event;
  }

  async #write(event: RunEvent): Promise<void> {
    const log = await this.store.runs.openLog(this.id);
    try {
      await log.append(event);
    } finally {
      await log.close();
    }
  }
}

/** Told where another process has taken a run. */
export function takenOver(id: string): UlmfitError {
  return new UlmfitError(
    'in-use',
    `The run "${id}" was taken over by another process while this one did not respond.`,
    'It goes on there.',
  );
}
