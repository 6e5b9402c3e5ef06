import { join } from 'node:path';
import { UlmfitError } from '../errors';
import { checkedName, sameIgnoringCase } from './names';
import type { EntryMark, Replacing } from './replacing';
import { readRunFile, type RunFile } from './runs';
import type { Store } from './store';

/** A run by what it makes; one that is yet to begin has no id. */
export type NamedRun = Pick<RunFile, 'kind' | 'name' | 'replaces'> & { readonly id?: string };

/** What a run may take the place of: what it saved before, and what it was told to replace. */
export function replacedBy({ id, replaces }: NamedRun): Extract<Replacing, (there: EntryMark) => boolean> {
  return ({ sha256, run }) => sha256 === replaces || (id !== undefined && run === id);
}

/** The entry that has the name of a run, or nearly, and which that run may not replace. */
export async function nameInTheWay(store: Store, run: NamedRun): Promise<string | undefined> {
  const entries = entriesOf(store, run);
  const name = checkedName(run.name);
  const taken = await entries.takenName(name);
  if (taken !== name) return taken;
  return replacedBy(run)(await entries.mark(taken)) ? undefined : taken;
}

/**
 * Refuses to begin, or to go on with, a run whose name is another's: that is known before its first step.
 *
 * @param replace whether the user said that what has the name now may be replaced
 * @returns the run as it may be carried out
 * @throws UlmfitError `already-exists`, `bad-setting` (the name)
 */
export async function claimName<Run extends NamedRun>(
  store: Store,
  run: Run,
  replace: boolean,
): Promise<Run & Pick<RunFile, 'replaces'>> {
  await refuseWhileAnotherMakesIt(store, run);
  const taken = await nameInTheWay(store, run);
  if (taken === undefined) return run;
  const entries = entriesOf(store, run);
  if (taken !== checkedName(run.name)) {
    throw entries.exists(
      taken,
      'Choose another name: these two differ in case alone, and some disks take them for one.',
    );
  }
  if (replace) return { ...run, replaces: (await entries.mark(taken)).sha256 };
  throw entries.exists(
    taken,
    run.id === undefined
      ? 'Choose another name, rename or remove that one first, or replace it with --replace.'
      : 'Rename or remove that one and resume this run, or resume it with --replace.',
  );
}

/** Of two runs that go on side by side the second would replace what the first has just made. */
async function refuseWhileAnotherMakesIt({ runs }: Store, { id: own, kind, name }: NamedRun): Promise<void> {
  for (const id of await runs.ids()) {
    if (id === own) continue;
    const file = await readRunFile(join(runs.folderOf(id), 'run.json')).catch(ignoreUnreadable);
    if (file?.kind !== kind || !sameIgnoringCase(file.name, name)) continue;
    const status = await runs.status(id).catch(ignoreUnreadable);
    if (status !== 'running' && status !== 'not-responding') continue;
    throw new UlmfitError(
      'already-exists',
      `The run "${id}" goes on, and what it makes is named "${file.name}".`,
      'Wait until it ends, stop it, or choose another name.',
    );
  }
}

function ignoreUnreadable(error: unknown): undefined {
  if (error instanceof UlmfitError) return undefined;
  throw error;
}

function entriesOf(store: Store, { kind }: NamedRun): Store['encoders'] | Store['models'] {
  return kind === 'encoder' ? store.encoders : store.models;
}
