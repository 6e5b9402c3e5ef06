import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { removeFolder, savedNames } from './atomicSave';
import { Checkpoints } from './checkpoints';
import { EventLog, readEvents, readLastEvent, type EventLines } from './eventLog';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { readJson } from './json';
import { formatVersion } from './manifest';
import { checkedName, isName, noName, notFound, storedName } from './names';
import { corruptFile, unreadableFile } from './fileErrors';
import { saveFailure } from './saveFailure';
import { lifeOf, RunProcess } from './runProcess';

/** `run.json`: what the run was asked to do. It never changes, so that it can be run again. */
const runFileSchema = v.object({
  formatVersion: v.literal(formatVersion),
  id: storedName,
  kind: v.picklist(['encoder', 'classifier']),
  /** The name of the encoder or model it makes. */
  name: storedName,
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  /** The options of the request, checked by the protocol's schema when they are used. */
  options: v.record(v.string(), v.unknown()),
  /** Of the manifest of what had the name when the run began, where the user said that it is to be replaced. */
  replaces: v.optional(v.string()),
});
export type RunFile = v.InferOutput<typeof runFileSchema>;

/**
 * - `running`, `not-responding`: a live process works on it
 * - `done`, `failed`, `cancelled`, `paused`: it ended so
 * - `interrupted`: its process is gone without a word
 */
export type RunStatus =
  'running' | 'not-responding' | 'done' | 'failed' | 'cancelled' | 'paused' | 'interrupted';

export interface RunSummary {
  readonly id: string;
  readonly run: RunFile;
  readonly status: RunStatus;
  readonly folder: string;
}

export interface RunList {
  readonly runs: RunSummary[];
  readonly broken: { id: string; folder: string; error: UlmfitError }[];
}

/** Events that end a run, by their name in the event file. */
const endings: ReadonlyMap<unknown, RunStatus> = new Map([
  ['result', 'done'],
  ['error', 'failed'],
  ['cancelled', 'cancelled'],
  ['paused', 'paused'],
]);

const maximumRunFileBytes = 16 * 2 ** 20;

/** An id that sorts by time: `20240607-153012-4f1c`. */
export function newRunId(now = new Date()): string {
  const time = now.toISOString().replace(/[-:]/gu, '').replace('T', '-').slice(0, 15);
  return `${time}-${randomBytes(2).toString('hex')}`;
}

/** `<store>/runs/<id>/`: run.json, events.ndjson, checkpoints/. */
export class Runs {
  readonly folder: string;

  constructor(
    root: string,
    private readonly fileSystem: FileSystem = nodeFileSystem,
  ) {
    this.folder = join(root, 'runs');
  }

  /**
   * Creates the folder of a new run.
   *
   * @throws UlmfitError `already-exists`, `bad-setting` (the id, the name), `save-failed`
   */
  async create(id: string, run: Pick<RunFile, 'kind' | 'name' | 'options' | 'replaces'>): Promise<RunFile> {
    const checked = checkedName(id);
    if ((await this.ids()).includes(checked)) {
      throw new UlmfitError('already-exists', `There is already a run "${checked}".`, 'Choose another id.');
    }
    const { kind, name, options, replaces } = run;
    const file: RunFile = {
      formatVersion,
      id: checked,
      kind,
      name: checkedName(name),
      createdAt: new Date().toISOString(),
      options,
      ...(replaces === undefined ? {} : { replaces }),
    };
    const folder = join(this.folder, checked);
    try {
      await this.fileSystem.createFolder(join(folder, 'checkpoints'));
      const handle = await this.fileSystem.createFile(join(folder, 'run.json'));
      try {
        await handle.write(Buffer.from(`${JSON.stringify(file, null, 2)}\n`));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.fileSystem.syncFolder(folder);
      await this.fileSystem.syncFolder(this.folder);
    } catch (error) {
      throw saveFailure(`The run ${folder} could not be created`, error);
    }
    return file;
  }

  /** The run's `run.json`. @throws UlmfitError `not-found`, `corrupt-file` */
  async read(id: string): Promise<RunFile> {
    const folder = await this.existingFolder(id);
    if (!isName(id)) throw corruptFile(folder, noName(id), 'Rename the folder, or remove the run.');
    // A folder that was copied by hand is a run of its own.
    return { ...(await readRunFile(join(folder, 'run.json'))), id };
  }

  /** All runs, the latest first; those whose run.json cannot be read are reported beside the rest. */
  async list(): Promise<RunList> {
    const runs: RunList['runs'] = [];
    const broken: RunList['broken'] = [];
    for (const id of (await this.ids()).reverse()) {
      const folder = join(this.folder, id);
      try {
        const run = await this.read(id);
        runs.push({ id, run, folder, status: await this.status(id) });
      } catch (error) {
        if (!(error instanceof UlmfitError)) throw error;
        broken.push({ id, folder, error });
      }
    }
    return { runs, broken };
  }

  /** @throws UlmfitError `not-found` */
  async status(id: string): Promise<RunStatus> {
    const folder = await this.existingFolder(id);
    const last = await readLastEvent(join(folder, 'events.ndjson'));
    const ending = endings.get(last?.['event']);
    if (ending !== undefined) return ending;
    const life = await lifeOf(folder);
    if (life === 'dead') return 'interrupted';
    return life === 'alive' ? 'running' : 'not-responding';
  }

  /** Opens the run's event file for appending. @throws UlmfitError `not-found`, `save-failed` */
  async openLog(id: string): Promise<EventLog> {
    return EventLog.open(join(await this.existingFolder(id), 'events.ndjson'));
  }

  /** All events so far. @throws UlmfitError `not-found` */
  async events(id: string): Promise<EventLines> {
    return readEvents(join(await this.existingFolder(id), 'events.ndjson'));
  }

  /** Where a run lies. */
  folderOf(id: string): string {
    return join(this.folder, id);
  }

  /** Marks the run as worked on by this process until `end()` is called. */
  async work(id: string): Promise<RunProcess> {
    return RunProcess.start(await this.existingFolder(id));
  }

  async checkpoints(id: string): Promise<Checkpoints> {
    return new Checkpoints(join(await this.existingFolder(id), 'checkpoints'), this.fileSystem);
  }

  /** Deletes a run with its checkpoints. @throws UlmfitError `not-found`, `save-failed` */
  async remove(id: string): Promise<void> {
    const status = await this.status(id);
    if (status === 'running' || status === 'not-responding') {
      throw new UlmfitError('save-failed', `The run "${id}" is still worked on.`, 'Cancel it first.');
    }
    await removeFolder(this.folder, id, this.fileSystem);
  }

  /** The ids of all runs, broken ones too, in order of time. */
  async ids(): Promise<string[]> {
    try {
      return await savedNames(this.folder, this.fileSystem);
    } catch (error) {
      throw unreadableFile(this.folder, error);
    }
  }

  private async existingFolder(id: string): Promise<string> {
    const ids = await this.ids();
    if (!ids.includes(id)) throw notFound('run', id, ids);
    return join(this.folder, id);
  }
}

/** Reads a `run.json` wherever it lies. @throws UlmfitError `file-not-found`, `corrupt-file` */
export async function readRunFile(path: string): Promise<RunFile> {
  return readJson(path, runFileSchema, maximumRunFileBytes);
}
