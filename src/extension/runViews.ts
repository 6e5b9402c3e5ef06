import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunEvent } from '../protocol/events';
import type { BrokenEntry } from '../store/entries';
import { type EventEnds, readEventEnds } from '../store/eventEnds';
import {
  eventFileName,
  readRunFile,
  runFileName,
  type Runs,
  type RunStatus,
  statusAfter,
} from '../store/runs';
import { type RunView, withEvent } from './runView';

/** All runs of a store as they lie on the disk. */
export interface RunViewList {
  /** The latest first. */
  readonly views: readonly RunView[];
  readonly broken: readonly BrokenEntry[];
}

/** What was read of a run while its event file was as `stamp` says. */
interface Known {
  readonly stamp: string;
  readonly read: Promise<ReadRun>;
}

interface ReadRun {
  readonly view: Omit<RunView, 'status'>;
  readonly last: EventEnds['last'][number] | undefined;
}

/** Sums up the runs of a store for lists. Of a run that has not changed since it was read nothing is read again. */
export class RunViews {
  /** By the run's folder. */
  #known: ReadonlyMap<string, Known> = new Map();

  async list(runs: Runs): Promise<RunViewList> {
    const known = new Map<string, Known>();
    const { found, broken } = await runs.each((id, folder) => this.#view(id, folder, known));
    // What is gone, or was of another store, is forgotten.
    this.#known = known;
    return { views: found, broken: broken.map(({ id, folder, error }) => ({ name: id, folder, error })) };
  }

  async #view(id: string, folder: string, known: Map<string, Known>): Promise<RunView> {
    const stamp = await stampOf(join(folder, eventFileName));
    let run = this.#known.get(folder);
    if (run?.stamp !== stamp) run = { stamp, read: readRun(id, folder) };
    const { view, last } = await run.read;
    known.set(folder, run);
    return { ...view, status: await statusAfter(last, folder) };
  }
}

/** Changes whenever something is appended to the file, or another takes its place. */
async function stampOf(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => 'none',
  );
}

async function readRun(id: string, folder: string): Promise<ReadRun> {
  const { kind, name, createdAt } = await readRunFile(join(folder, runFileName));
  const { first, last } = await readEventEnds(join(folder, eventFileName));
  const status: RunStatus = 'interrupted';
  const fresh: RunView = { id, kind, name, createdAt, status, epochs: [] };
  return { view: viewOf(fresh, first, last), last: last.at(-1) };
}

/** Of what lies between the ends nothing is known, so of the beginning the plan alone still holds. */
function viewOf(fresh: RunView, first: EventEnds['first'], last: EventEnds['last']): RunView {
  const started = first.map(parseRunEvent).findLast((event) => event?.event === 'started');
  const plan = started ? withEvent(fresh, started) : fresh;
  return last
    .map(parseRunEvent)
    .filter((event) => event !== undefined)
    .reduce(withEvent, plan);
}
