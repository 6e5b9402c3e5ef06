import { join } from 'node:path';
import { parseRunEvent } from '../protocol/events';
import type { BrokenEntry } from '../store/entries';
import { eventStamp, readEventEnds } from '../store/eventEnds';
import type { WrittenEvent } from '../store/eventLines';
import { eventFileName, readRunOf, type Runs, statusAfter } from '../store/runs';
import { type RunView, withEvent } from './runView';

/** All runs of a store as they lie on the disk. */
export interface RunViewList {
  /** The latest first. */
  readonly views: readonly RunView[];
  readonly broken: readonly BrokenEntry[];
  /** There are more. */
  readonly isCut: boolean;
}

/** What was read of a run while its event file was as `stamp` says. */
interface Known {
  readonly stamp: string;
  readonly view: RunView;
  readonly last: WrittenEvent | undefined;
}

/** Sums up the runs of a store for lists. Of a run that has not changed since it was read nothing is read again. */
export class RunViews {
  /** By the run's folder. */
  #known: ReadonlyMap<string, Known> = new Map();

  /** @param most of the latest runs; all of them if left out */
  async list(runs: Runs, most = Infinity): Promise<RunViewList> {
    const known = new Map<string, Known>(most === Infinity ? [] : this.#known);
    const look = (id: string, folder: string) => this.#view(id, folder, known);
    const { found, broken, isCut } = await runs.each(look, most);
    // What is gone, or was of another store, is forgotten.
    this.#known = known;
    const bad = broken.map(({ id, folder, error }) => ({ name: id, folder, error }));
    return { views: found, broken: bad, isCut };
  }

  async #view(id: string, folder: string, known: Map<string, Known>): Promise<RunView> {
    const before = this.#known.get(folder);
    const isKnown = before?.stamp === (before && (await eventStamp(join(folder, eventFileName))));
    const run = before && isKnown ? before : await readRun(id, folder);
    known.set(folder, run);
    return { ...run.view, status: await statusAfter(run.last, folder) };
  }
}

async function readRun(id: string, folder: string): Promise<Known> {
  const { kind, name, createdAt } = await readRunOf(id, folder);
  const { started, last, stamp } = await readEventEnds(join(folder, eventFileName));
  const fresh: RunView = { id, kind, name, createdAt, status: 'interrupted', epochs: [] };
  // Of what lies between the ends nothing is known, so of the beginning the plan alone still holds.
  const view = [started, ...last]
    .map(parseRunEvent)
    .filter((event) => event !== undefined)
    .reduce(withEvent, fresh);
  return { view, last: last.at(-1), stamp };
}
