import { UlmfitError } from './errors';

/** `ENOENT` and the like, of a failed system call. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why a call of the file system failed, and what to do about it. */
export interface SystemCause {
  /** The second half of a sentence. */
  readonly reason: string;
  readonly remedy: string;
}

const full = 'Free some space, or choose a store on another disk, and try again.';
const locked = 'Choose a store in a folder you may write to, and close programs that use these files.';
const disk = 'Check the disk, or choose a store on another one, and try again.';
const shape = 'Check the folders of this path, or choose another store, and try again.';
const tooMany = 'Close other programs, or raise the limit of open files (ulimit -n), and try again.';

const causes: ReadonlyMap<string, readonly [reason: string, remedy: string]> = new Map([
  ['ENOSPC', ['the disk is full', full]],
  ['EDQUOT', ['your share of the disk is used up', full]],
  [
    'EFBIG',
    [
      'the file is larger than this disk, or a limit of yours, allows',
      'Choose a store on another disk, or raise the limit of file sizes (ulimit -f), and try again.',
    ],
  ],
  ['EACCES', ['it is not permitted', locked]],
  ['EPERM', ['it is not permitted', locked]],
  ['EBUSY', ['another program uses these files', locked]],
  ['ETXTBSY', ['another program uses these files', locked]],
  ['EROFS', ['the disk is read-only', locked]],
  ['EIO', ['the disk reported an error', disk]],
  ['ENXIO', ['the disk is not there any more', disk]],
  ['ENODEV', ['the disk is not there any more', disk]],
  ['ESTALE', ['the disk was taken out of use and back again', disk]],
  ['ETIMEDOUT', ['the disk does not answer', disk]],
  ['EMFILE', ['too many files are open', tooMany]],
  ['ENFILE', ['too many files are open', tooMany]],
  ['ENOMEM', ['the system has no memory left', 'Close other programs, and try again.']],
  ['ENOENT', ['it is not there any more', shape]],
  ['EEXIST', ['something else has that name', shape]],
  ['ENOTEMPTY', ['something else has that name', shape]],
  ['ENOTDIR', ['there is a file where a folder should be', shape]],
  ['EISDIR', ['there is a folder where a file should be', shape]],
  ['ELOOP', ['its links lead in a circle', shape]],
  ['EXDEV', ['its folders lie on different disks', shape]],
  ['ENAMETOOLONG', ['the path is too long', 'Choose a store with a shorter path, and try again.']],
]);

/** The cause of a system call's failure; nothing where the error is none, or of a kind that nobody has met yet. */
export function systemCause(error: unknown): SystemCause | undefined {
  const found = causes.get(errorCode(error) ?? '');
  return found && { reason: found[0], remedy: found[1] };
}

/** Calls that change something. `open` does both, and mostly fails so where it is to write. */
const writing =
  /^(open|write|writev|fsync|fdatasync|ftruncate|truncate|mkdir|mkdtemp|rename|rm|rmdir|unlink|link|symlink|utime|futime|lutime|copyfile|chmod|fchmod|close)$/u;

/**
 * For the last place that an error passes on its way to the user: a failed call of the file system is no defect, even
 * where nobody has given it a sentence of its own.
 *
 * @returns anything else as it is
 */
export function asUlmfitError(error: unknown): unknown {
  if (error instanceof UlmfitError || !(error instanceof Error)) return error;
  const cause = systemCause(error);
  if (cause === undefined || !('syscall' in error) || typeof error.syscall !== 'string') return error;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const { reason, remedy } = cause;
  if (writing.test(error.syscall)) {
    const message =
      path === undefined
        ? `A file could not be written: ${reason}.`
        : `${path} could not be written: ${reason}.`;
    return new UlmfitError('save-failed', message, remedy, { cause: error });
  }
  if (!/^(read|readv|stat|lstat|fstat|scandir|opendir|readlink|realpath|access|statfs)$/u.test(error.syscall))
    return error;
  const message =
    path === undefined ? `A file cannot be read: ${reason}.` : `${path} cannot be read: ${reason}.`;
  return new UlmfitError('file-unreadable', message, remedy, { cause: error });
}
