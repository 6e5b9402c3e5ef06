import { UlmfitError } from '../errors';
import type { RunEventOf } from '../protocol/events';

/** What was thrown, as the event that ends a run. */
export function errorEvent(error: unknown): RunEventOf<'error'> {
  const known =
    error instanceof UlmfitError
      ? error
      : new UlmfitError(
          'trainer-failed',
          error instanceof Error ? error.message : String(error),
          'This is a defect; please report it with the log.',
        );
  const { code, message, remedy } = known;
  return { event: 'error', time: new Date().toISOString(), code, message, remedy };
}
