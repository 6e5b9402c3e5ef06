import { UlmfitError } from '../errors';
import { systemCause } from '../systemErrors';
import { errorCode } from './fileSystem';

const restore = 'Restore the file from where it came from, or make it again.';

/** The error for a file whose bytes are not what they should be. */
export function corruptFile(path: string, reason: string, remedy = restore): UlmfitError {
  return new UlmfitError('corrupt-file', `${path} is damaged: ${reason}.`, remedy);
}

/** The error for a file that the system does not let us read. */
export function unreadableFile(path: string, error: unknown): UlmfitError {
  if (errorCode(error) === 'ENOENT') {
    return new UlmfitError('file-not-found', `${path} does not exist.`, 'Check the path.', { cause: error });
  }
  const reason = systemCause(error)?.reason ?? (error instanceof Error ? error.message : String(error));
  return new UlmfitError(
    'file-unreadable',
    `${path} cannot be read: ${reason}.`,
    'Check that it is a file you may read.',
    {
      cause: error,
    },
  );
}
