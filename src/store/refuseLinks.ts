import { lstat } from 'node:fs/promises';
import { errorCode } from '../systemErrors';
import { corruptFile, unreadableFile } from './fileErrors';

/**
 * Refuses what leads elsewhere: what is written into a run stays in the store, whoever made the run's folder.
 *
 * @throws UlmfitError `corrupt-file` for a link, `file-unreadable`
 */
export async function refuseLinks(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await isLink(path))
      throw corruptFile(path, 'it is a link', 'Put what it leads to in its place, or remove it.');
  }
}

/** Whether it is a link; a missing one is none. @throws UlmfitError `file-unreadable` */
export async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw unreadableFile(path, error);
  }
}
