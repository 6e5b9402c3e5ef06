import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { removeFolder, savedNames } from './atomicSave';
import { Checkpoints } from './checkpoints';
import { concurrently } from './concurrently';
import { readLastEvent } from './eventEnds';
import type { WrittenEvent } from './eventLines';
import { EventLog } from './eventLog';
import { errorCode, nodeFileSystem, type FileSystem } from './fileSystem';
import { formatVersion } from './manifest';
import { checkedName, isName, noName, notFound, storedName } from './names';
import { type EventLines, forEachEvent, readEvents } from './readEvents';
import { corruptFile, unreadableFile } from './fileErrors';
import { saveFailure } from './saveFailure';
import { readSealedJson, sealed } from './seal';
import { lifeOf, ProcessLock } from './processLock';
import { isLink, refuseLinks } from './refuseLinks';
import { runInUse } from './runInUse';

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
export type NewRunFile = Pick<RunFile, 'kind' | 'name' | 'options' | 'replaces'>;

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

/** A run that cannot be read, and why. */
export interface BrokenRun {
  readonly id: string;
  readonly folder: string;
  readonly error: UlmfitError;
}

export interface RunList {
  readonly runs: RunSummary[];
  readonly broken: BrokenRun[];
}

/** Events that end a run, by their name in the event file. */
const endings: ReadonlyMap<unknown, 'done' | 'failed' | 'cancelled' | 'paused'> = new Map([
  ['result', 'done'],
  ['error', 'failed'],
  ['cancelled', 'cancelled'],
  ['paused', 'paused'],
]);

const maximumRunFileBytes = 16 * 2 ** 20;
const runFileName = 'run.json';
export const eventFileName = 'events.ndjson';

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
  async create(id: string, run: NewRunFile): Promise<RunFile> {
    const folder = await this.newFolder(id);
    return this.writeRunFile(folder, run);
  }

  /** The same, with the run locked from the first: nobody finds it without an owner. @throws UlmfitError as `create` */
  async begin(id: string, run: NewRunFile): Promise<{ file: RunFile; lock: ProcessLock }> {
    const folder = await this.newFolder(id);
    let lock: ProcessLock | undefined;
    try {
      lock = await ProcessLock.take(folder, (holder) => runInUse(id, holder));
      return { file: await this.writeRunFile(folder, run), lock };
    } catch (error) {
      // Nothing refers to it yet. Where it cannot be removed either, it is listed as one that cannot be read, and is
      // nobody's: whoever wants to remove it may.
      await this.fileSystem.remove(folder).catch(() => undefined);
      await lock?.release();
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

  private async writeRunFile(folder: string, run: NewRunFile): Promise<RunFile> {
    const { kind, name, options, replaces } = run;
    const file: RunFile = {
      formatVersion,
      id: basename(folder),
      kind,
      name: checkedName(name),
      createdAt: new Date().toISOString(),
      options,
      ...(replaces === undefined ? {} : { replaces }),
    };
    try {
      const handle = await this.fileSystem.createFile(join(folder, runFileName));
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
    return readRunOf(id, await this.existingFolder(id));
  }

  /**
   * All runs, the latest first; those that cannot be read are reported beside the rest. Of each its `run.json` and the
   * end of its event file are read.
   *
   * @throws UlmfitError `file-unreadable` where the folder of runs cannot be read
   */
  async list(): Promise<RunList> {
    const { found, broken } = await this.each(async (id, folder) => {
      return { id, run: await readRunOf(id, folder), folder, status: await statusOf(folder) };
    });
    return { runs: found, broken };
  }

  /**
   * Looks at every run, the latest first. One whose look fails is broken, and takes no other with it.
   *
   * @param most runs to look at
   * @throws UlmfitError `file-unreadable` where the folder of runs cannot be read
   */
  async each<Found>(
    look: (id: string, folder: string) => Promise<Found>,
    most = Infinity,
  ): Promise<{ found: Found[]; broken: BrokenRun[]; isCut: boolean }> {
    const found: Found[] = [];
    const broken: BrokenRun[] = [];
    const ids = (await this.ids()).reverse();
    const looks = await concurrently(ids.slice(0, most), async (id) => {
      const folder = join(this.folder, id);
      try {
        return { found: await look(id, folder) };
      } catch (error) {
        if (!(error instanceof UlmfitError)) throw error;
        // Removed since the folder was listed?
        return (await exists(folder)) ? { broken: { id, folder, error } } : {};
      }
    });
    for (const each of looks) {
      if (each.found !== undefined) found.push(each.found);
      if (each.broken) broken.push(each.broken);
    }
    return { found, broken, isCut: ids.length > most };
  }

  /** @throws UlmfitError `not-found`, and `file-unreadable` or `corrupt-file` for an event file that is none */
  async status(id: string): Promise<RunStatus> {
    return statusOf(await this.existingFolder(id));
  }

  /** How the run ended when it was last worked on. @throws UlmfitError `not-found` */
  async ending(id: string): Promise<Exclude<RunStatus, 'running' | 'not-responding'>> {
    return endingOf(await readLastEvent(join(await this.existingFolder(id), eventFileName)));
  }

  /** Whether a process works on the run, also where its event file cannot be read. @throws UlmfitError `not-found` */
  async isWorkedOn(id: string): Promise<boolean> {
    return (await lifeOf(await this.existingFolder(id))) !== 'dead';
  }

  /** Opens the run's event file for appending. @throws UlmfitError `not-found`, `save-failed` */
  async openLog(id: string): Promise<EventLog> {
    return EventLog.open(join(await this.existingFolder(id), eventFileName));
  }

  /** The events so far; of very many, evenly spaced ones. @throws UlmfitError `not-found`, `file-unreadable` */
  async events(id: string): Promise<EventLines> {
    return readEvents(join(await this.existingFolder(id), eventFileName));
  }

  /**
   * Goes through the events of some names, however long the file is.
   *
   * @param use may parse the event, or only count it
   * @throws UlmfitError `not-found`, `file-unreadable`
   */
  async forEachEvent(
    id: string,
    names: readonly string[],
    use: (name: string, read: () => WrittenEvent | undefined) => void,
  ): Promise<void> {
    await forEachEvent(join(await this.existingFolder(id), eventFileName), new Set(names), use);
  }

  /** Where a run lies. */
  folderOf(id: string): string {
    return join(this.folder, id);
  }

  /**
   * Takes the run for this process alone, until the lock is released.
   *
   * @throws UlmfitError `not-found`, `in-use` by another process, which may be silent, `corrupt-file` where the run would
   * be written elsewhere, `save-failed`
   */
  async lock(id: string): Promise<ProcessLock> {
    const folder = await this.existingFolder(id);
    await refuseLinks(folder, join(folder, 'checkpoints'), join(folder, eventFileName));
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
    // The link alone is deleted, and nobody works there.
    if (await isLink(folder)) return undefined;
    try {
      return await ProcessLock.take(folder, (holder) => runInUse(id, holder));
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

async function statusOf(folder: string): Promise<RunStatus> {
  return statusAfter(await readLastEvent(join(folder, eventFileName)), folder);
}

/** How a run stands whose last event this is. */
export async function statusAfter(last: WrittenEvent | undefined, folder: string): Promise<RunStatus> {
  // First of all: a run that goes on after an ending, or reads its data, has told nothing of it yet.
  const life = await lifeOf(folder);
  if (life === 'dead') return endingOf(last);
  return life === 'alive' ? 'running' : 'not-responding';
}

function endingOf(last: WrittenEvent | undefined): Exclude<RunStatus, 'running' | 'not-responding'> {
  return endings.get(last?.['event']) ?? 'interrupted';
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT',
  );
}

/** The `run.json` of a run in its folder. @throws UlmfitError `corrupt-file`, also where the id is no name */
export async function readRunOf(id: string, folder: string): Promise<RunFile> {
  if (!isName(id)) throw corruptFile(folder, noName(id), 'Rename the folder, or remove the run.');
  await refuseLinks(folder);
  // A folder that was copied by hand is a run of its own.
  return { ...(await readRunFile(join(folder, runFileName))), id };
}

/** Reads a `run.json` wherever it lies. @throws UlmfitError `file-not-found`, `corrupt-file` */
export async function readRunFile(path: string): Promise<RunFile> {
  return readSealedJson(path, runFileSchema, maximumRunFileBytes);
}
