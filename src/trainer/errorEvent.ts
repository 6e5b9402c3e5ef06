import { UlmfitError } from '../errors';
import type { RunEventOf } from '../protocol/events';
import { asUlmfitError } from '../systemErrors';

/** An event with a longer one would not be told at all. */
const longestMessage = 10_000;

/** What was thrown, as the event that ends a run. */
export function errorEvent(thrown: unknown): RunEventOf<'error'> {
  const error = asUlmfitError(thrown);
  const known =
    error instanceof UlmfitError
      ? error
      : new UlmfitError(
          'trainer-failed',
          error instanceof Error ? error.message : String(error),
          'This is a defect; please report it with the log.',
        );
  const { code, message, remedy } = known;
  return {
    event: 'error',
    time: new Date().toISOString(),
    code,
    message: message.slice(0, longestMessage),
    remedy: remedy.slice(0, longestMessage),
  };
}
