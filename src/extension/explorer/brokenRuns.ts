import { UlmfitError } from '../../errors';
import type { BrokenEntry } from '../../store/entries';
import type { Runs } from '../../store/runs';

/**
 * Runs whose `run.json` cannot be read, and why.
 *
 * @param readable the ids of all others
 */
export async function brokenRuns(runs: Runs, readable: ReadonlySet<string>): Promise<BrokenEntry[]> {
  const broken: BrokenEntry[] = [];
  for (const id of (await runs.ids()).reverse()) {
    if (readable.has(id)) continue;
    try {
      await runs.read(id);
    } catch (error) {
      if (!(error instanceof UlmfitError)) throw error;
      // Deleted since the folder was listed.
      if (error.code !== 'not-found') broken.push({ name: id, folder: runs.folderOf(id), error });
    }
  }
  return broken;
}
