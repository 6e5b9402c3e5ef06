import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { enginesFolder, type InstallableEngine } from '../../engine/installation/enginesFolder';
import { UlmfitError } from '../../errors';
import { ProcessLock } from '../../store/processLock';
import { saveFailure } from '../../store/saveFailure';
import type { DownloadOptions } from '../download/download';
import type { Task } from '../tasks';
import { makeOwnFolder } from './ownFolder';
import { byHand, type EnginePackage } from './packages/enginePackage';
import { fetchPackage } from './packages/fetchPackage';
import { sealInstallation } from './sealInstallation';

export interface Order {
  readonly engine: InstallableEngine;
  readonly packages: readonly EnginePackage[];
  /** An address or a folder with these files, instead of pip and npm. */
  readonly from?: string | undefined;
  /** Writes what is needed of a package into the new installation. Nothing of it is run. */
  readonly unpack: (archive: string, folder: string) => Promise<unknown>;
  /** Adds what does not come from a package. */
  readonly addOwn?: (folder: string) => Promise<void>;
}

export interface Installed {
  readonly folder: string;
  /** That it takes on the disk. */
  readonly bytes: number;
}

/**
 * Installs an engine in the folder of this user's engines; what was installed before is replaced when everything is there.
 * Packages that came are kept when it fails or is cancelled, so that it goes on from there.
 * @throws {UlmfitError} `engine-unavailable`, `download-failed`, `cancelled`, `save-failed`, `bad-setting`, `file-not-found`,
 * `already-exists` while another process installs it
 */
export async function installEngine(
  order: Order,
  task: Pick<Task, 'signal' | 'report'>,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): Promise<Installed> {
  const { engine } = order;
  const engines = enginesFolder();
  await makeOwnFolder(engines);
  const downloads = join(engines, `${engine}.download`);
  try {
    await mkdir(downloads, { recursive: true, mode: 0o700 });
    const lock = await onlyOne(engine, downloads);
    try {
      const bytes = await install(order, engines, task, options);
      await rm(downloads, { recursive: true, force: true });
      return { folder: join(engines, engine), bytes };
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (task.signal.aborted && !(error instanceof UlmfitError)) {
      throw new UlmfitError(
        'cancelled',
        'The installation was cancelled.',
        'Start it again: it goes on from there.',
      );
    }
    throw saveFailure(`The engine "${engine}" could not be installed`, error);
  }
}

async function install(
  { engine, packages, from, unpack, addOwn }: Order,
  engines: string,
  { signal, report }: Pick<Task, 'signal' | 'report'>,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'>,
): Promise<number> {
  const downloads = join(engines, `${engine}.download`);
  const folder = join(engines, engine);
  const fresh = `${folder}.new`;
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  await rm(fresh, { recursive: true, force: true });
  try {
    await mkdir(fresh, { mode: 0o700 });
    let done = 0;
    for (const wanted of packages) {
      const onProgress = (bytes: number) => {
        report(done + Math.min(bytes, wanted.bytes), total, 'downloading');
      };
      const fetching = { signal, onProgress, byHand: byHand(packages, downloads) };
      const archive = await fetchPackage(wanted, { from, downloads }, fetching, options);
      await unpack(archive, fresh);
      done += wanted.bytes;
    }
    await addOwn?.(fresh);
    signal.throwIfAborted();
    const bytes = await sealInstallation(engine, fresh, folder);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return bytes;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function onlyOne(engine: InstallableEngine, downloads: string): Promise<ProcessLock> {
  const lock = await ProcessLock.take(
    downloads,
    () =>
      new UlmfitError(
        'already-exists',
        `The engine "${engine}" is being installed by another window or program.`,
        'Wait until that is done, or cancel it there.',
      ),
  );
  lock.giveSigns();
  return lock;
}
