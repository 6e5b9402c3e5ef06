import { UlmfitError } from '../errors';
import { systemCause } from '../systemErrors';
import { errorCode } from './fileSystem';

/**
 * The error for a failed file-system call while saving.
 *
 * @param what the first half of the sentence: what did not happen
 * @returns `error` itself if it is none of the file system's: an error with its own message, or a defect
 */
export function saveFailure(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UlmfitError || errorCode(error) === undefined)
    return error;
  const { reason, remedy } = systemCause(error) ?? {
    reason: error.message,
    remedy: 'Check the disk, or choose a store on another one, and try again.',
  };
  return new UlmfitError('save-failed', `${what}: ${reason}.`, remedy, { cause: error });
}
