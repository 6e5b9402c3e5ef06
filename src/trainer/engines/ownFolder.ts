import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { UlmfitError } from '../../errors';
import { refuseInStore } from '../../engine/installation/enginePlace';
import { enginesVariable } from '../../engine/installation/enginesFolder';
import { foreignHand, thisUser } from '../../engine/installation/ownership';
import { saveFailure } from '../../store/saveFailure';

/**
 * Makes the folder of the engines, for this user's eyes and hands alone.
 * @throws {UlmfitError} `bad-setting` for another user's folder, `engine-unavailable` for one in the store, `save-failed`
 */
export async function makeOwnFolder(folder: string, user: number | undefined = thisUser()): Promise<void> {
  refuseInStore(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const real = await realpath(folder);
    const hand = foreignHand(await lstat(real, { bigint: true }), user);
    if (hand === 'owner') {
      throw new UlmfitError(
        'bad-setting',
        `${real} belongs to another user, so no engine is installed there.`,
        `Delete it, or name a folder of yours in ${enginesVariable}.`,
      );
    }
    if (hand === 'mode') await chmod(real, 0o700);
  } catch (error) {
    throw saveFailure(`${folder} could not be made`, error);
  }
}
