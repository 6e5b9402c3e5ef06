import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { removeFolder, savedNames } from './atomicSave';
import { Checkpoints } from './checkpoints';
import { EventLog, readEvents, readLastEvent, type EventLines } from './eventLog';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { formatVersion } from './manifest';
import { checkedName, notFound } from './names';
import { unreadableFile } from './fileErrors';
import { saveFailure } from './saveFailure';
import { readSealedJson, sealed } from './seal';
import { lifeOf, ProcessLock } from './processLock';
import { runInUse } from './runInUse';

/** `run.json`: what the run was asked to do. It never changes, so that it can be run again. */
const runFileSchema = v.object({
  formatVersion: v.literal(formatVersion),
  id: v.string(),
  kind: v.picklist(['encoder', 'classifier']),
  /** The name of the encoder or model it makes. */
  name: v.string(),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  /** The options of the request, checked by the protocol's schema when they are used. */
  options: v.record(v.string(), v.unknown()),
});
export type RunFile = v.InferOutput<typeof runFileSchema>;
export type NewRunFile = Pick<RunFile, 'kind' | 'name' | 'options'>;

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
const endings: ReadonlyMap<unknown, 'done' | 'failed' | 'cancelled' | 'paused'> = new Map([
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
   * @throws UlmfitError `already-exists`, `bad-setting` (the id), `save-failed`
   */
  async create(id: string, run: NewRunFile): Promise<RunFile> {
    const folder = await this.newFolder(id);
    return this.writeRunFile(folder, run);
  }

  /** The same, with the run locked from the first: nobody finds it without an owner. @throws UlmfitError as `create` */
  async begin(id: string, run: NewRunFile): Promise<ProcessLock> {
    const folder = await this.newFolder(id);
    try {
      const lock = await ProcessLock.take(folder, (holder) => runInUse(id, holder));
      await this.writeRunFile(folder, run);
      return lock;
    } catch (error) {
      // Nothing refers to it yet. Where it cannot be removed either, it is listed as one that cannot be read.
      await this.fileSystem.remove(folder).catch(() => undefined);
      throw error;
    }
  }

  private async newFolder(id: string): Promise<string> {
    const checked = checkedName(id);
    if ((await this.ids()).includes(checked)) {
      throw new UlmfitError('already-exists', `There is already a run "${checked}".`, 'Choose another id.');
    }
    const folder = join(this.folder, checked);
    try {
      await this.fileSystem.createFolder(join(folder, 'checkpoints'));
    } catch (error) {
      throw saveFailure(`The run ${folder} could not be created`, error);
    }
    return folder;
  }

  private async writeRunFile(folder: string, { kind, name, options }: NewRunFile): Promise<RunFile> {
    const file: RunFile = {
      formatVersion,
      id: basename(folder),
      kind,
      name,
      createdAt: new Date().toISOString(),
      options,
    };
    try {
      const handle = await this.fileSystem.createFile(join(folder, 'run.json'));
      try {
        await handle.write(Buffer.from(sealed({ ...file })));
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
    return readRunFile(join(await this.existingFolder(id), 'run.json'));
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
    // First of all: a run that goes on after an ending, or reads its data, has told nothing of it yet.
    const life = await lifeOf(folder);
    if (life !== 'dead') return life === 'alive' ? 'running' : 'not-responding';
    return this.ending(id);
  }

  /** How the run ended when it was last worked on. @throws UlmfitError `not-found` */
  async ending(id: string): Promise<Exclude<RunStatus, 'running' | 'not-responding'>> {
    const last = await readLastEvent(join(await this.existingFolder(id), 'events.ndjson'));
    return endings.get(last?.['event']) ?? 'interrupted';
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

  /**
   * Takes the run for this process alone, until the lock is released.
   *
   * @throws UlmfitError `not-found`, `in-use` by another process, which may be silent, `save-failed`
   */
  async lock(id: string): Promise<ProcessLock> {
    const folder = await this.existingFolder(id);
    try {
      return await ProcessLock.take(folder, (holder) => runInUse(id, holder));
    } catch (error) {
      await this.existingFolder(id); // It may have been removed meanwhile.
      throw error;
    }
  }

  async checkpoints(id: string): Promise<Checkpoints> {
    return new Checkpoints(join(await this.existingFolder(id), 'checkpoints'), this.fileSystem);
  }

  /**
   * Deletes a run with its checkpoints.
   *
   * @param own the lock of a run that this process works on
   * @throws UlmfitError `not-found`, `in-use` by a process, `save-failed`
   */
  async remove(id: string, own?: ProcessLock): Promise<void> {
    const lock = own ?? (await this.lockForRemoval(id));
    try {
      await removeFolder(this.folder, id, this.fileSystem);
    } finally {
      await lock?.release();
    }
  }

  private async lockForRemoval(id: string): Promise<ProcessLock | undefined> {
    const folder = await this.existingFolder(id);
    try {
      return await this.lock(id);
    } catch (error) {
      // A full disk has no room for a lock, and is just what makes one remove runs.
      const isFree = error instanceof UlmfitError && error.code === 'save-failed';
      if (!isFree || (await lifeOf(folder)) !== 'dead') throw error;
      return undefined;
    }
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
  return readSealedJson(path, runFileSchema, maximumRunFileBytes);
}
