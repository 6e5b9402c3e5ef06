import { isAbsolute } from 'node:path';
import { UlmfitError } from '../errors';

/**
 * The user's home folder. Ask for it only where it is needed: users of services and of containers may have none.
 * @throws UlmfitError `file-not-found`
 */
export function homeFolder(home: () => string): string {
  let folder: string;
  try {
    folder = home();
  } catch (error) {
    throw noHome(error);
  }
  if (!isAbsolute(folder)) throw noHome();
  return folder;
}

function noHome(cause?: unknown): UlmfitError {
  return new UlmfitError(
    'file-not-found',
    'There is no home folder, in which the store would lie.',
    'Name a folder for the store with --store or ULMFIT_STORE.',
    { cause },
  );
}
