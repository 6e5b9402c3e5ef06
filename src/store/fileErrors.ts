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
  if (isPipeOfProcess(path)) return pipeError(path, error);
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

/** Such as `/dev/fd/63`, which a shell makes of `<(…)`, and `/dev/stdin`: other processes have no such file, or another. */
export function isPipeOfProcess(path: string): boolean {
  return /^\/(dev\/(stdin|fd\/)|proc\/[^/]+\/fd\/)/u.test(path);
}

/** The error for a pipe where a file is needed: what reads it may wait for ever. */
export function pipeError(path: string, cause?: unknown): UlmfitError {
  return new UlmfitError(
    'file-unreadable',
    `${path} is a pipe, not a file.`,
    'Save what comes out of it to a file first, and name that file.',
    { cause },
  );
}
