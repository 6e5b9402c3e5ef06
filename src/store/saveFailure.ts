import { UlmfitError } from '../errors';
import { errorCode } from './fileSystem';

/**
 * The error for a failed file-system call while saving.
 *
 * @param what the first half of the sentence: what did not happen
 * @returns `error` itself if it is none of the file system's: an error with its own message, or a defect
 */
export function saveFailure(what: string, error: unknown): unknown {
  const code = errorCode(error);
  if (!(error instanceof Error) || error instanceof UlmfitError || code === undefined) return error;
  const [reason, remedy] = causes.get(code) ?? [
    error.message,
    'Check the disk, or choose a store on another one, and try again.',
  ];
  return new UlmfitError('save-failed', `${what}: ${reason}.`, remedy, { cause: error });
}

const full = 'Free some space, or choose a store on another disk, and try again.';
const locked = 'Choose a store in a folder you may write to, and close programs that use these files.';

const causes: ReadonlyMap<string, readonly [reason: string, remedy: string]> = new Map([
  ['ENOSPC', ['the disk is full', full]],
  ['EDQUOT', ['your share of the disk is used up', full]],
  ['EACCES', ['writing there is not permitted', locked]],
  ['EPERM', ['writing there is not permitted', locked]],
  ['EBUSY', ['another program uses these files', locked]],
  ['EROFS', ['the disk is read-only', locked]],
  ['EIO', ['the disk reported an error', 'Check the disk, or choose a store on another one, and try again.']],
]);
