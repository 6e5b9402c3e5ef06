import { parseRunEvent, type RunEventOf } from '../protocol/events';
import type { Store } from '../store/store';

/** What a run that goes on needs to know of what was written before. */
export interface RunHistory {
  /** Its latest beginning; none where it never came so far. */
  readonly started: RunEventOf<'started'> | undefined;
  /** The last two failures of a step, the oldest first. */
  readonly failures: readonly RunEventOf<'error'>[];
  /** Lines of progress in its event file. */
  readonly progress: number;
}

/** @throws {UlmfitError} `not-found`, `file-unreadable` */
export async function historyOf(store: Store, run: string): Promise<RunHistory> {
  let started: RunEventOf<'started'> | undefined;
  let failures: RunEventOf<'error'>[] = [];
  let progress = 0;
  await store.runs.forEachEvent(run, ['started', 'error', 'progress'], (name, read) => {
    if (name === 'progress') {
      progress++;
      return;
    }
    const event = parseRunEvent(read());
    if (event?.event === 'started') started = event;
    if (event?.event === 'error' && event.step !== undefined) failures = [...failures, event].slice(-2);
  });
  return { started, failures, progress };
}
