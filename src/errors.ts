/** What went wrong, for programs. The message and the remedy are for people. */
export const errorCodes = [
  // input
  'file-not-found',
  'file-unreadable',
  'not-text',
  'no-texts',
  'missing-column',
  'malformed-row',
  'bad-encoding',
  'too-few-rows',
  'one-class-only',
  'bad-setting',
  'missing-words',
  'missing-classes',
  // store
  'not-found',
  'already-exists',
  'in-use',
  'corrupt-file',
  'unsupported-format',
  'save-failed',
  'download-failed',
  // training
  'loss-not-finite',
  'vocab-mismatch',
  'cancelled',
  // engine and processes
  'engine-unavailable',
  'out-of-memory',
  'trainer-failed',
  'protocol',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error type that users see: a message that names the cause, and a remedy that says what to do.
 * Anything else that is thrown is a defect.
 */
export class UlmfitError extends Error {
  override readonly name = 'UlmfitError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of anything that was thrown, with the remedy where there is one. */
export function describeError(thrown: unknown): string {
  if (thrown instanceof UlmfitError) return `${thrown.message}\n${thrown.remedy}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
