import { copyFile, lstat, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { UlmfitError } from '../../../errors';
import { unreadableFile } from '../../../store/fileErrors';
import { hashFile } from '../../../store/manifest';
import { checkedAddress } from '../../download/address';
import { download, type DownloadOptions } from '../../download/download';
import type { EnginePackage } from './enginePackage';
import { fetchByClient, type FetchTask } from './fetchByClient';

export interface PackageSource {
  /** The address or the folder that the user named; without it, the package's client goes and gets it. */
  readonly from?: string | undefined;
  /** Ours. What is there already, put there by hand or by an installation that was cut short, is taken. */
  readonly downloads: string;
}

/**
 * Brings a package into the folder of downloads. It is there under its name only if size and SHA-256 are right.
 * @throws {UlmfitError} `download-failed`, `cancelled`, `save-failed`, `file-not-found`, `bad-setting`
 */
export async function fetchPackage(
  wanted: EnginePackage,
  { from, downloads }: PackageSource,
  task: FetchTask,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): Promise<string> {
  const path = join(downloads, wanted.file);
  if ((await difference(path, wanted)) === undefined) return path;
  await rm(path, { force: true });
  const fetched = join(downloads, `${wanted.file}.unchecked`);
  const source = from === undefined ? undefined : sourceOf(from);
  if (source === undefined) {
    const scratch = join(downloads, wanted.client);
    try {
      await rename(await fetchByClient(wanted, scratch, task), fetched);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  } else if (source instanceof URL) {
    const { signal, onProgress, byHand } = task;
    const parts = join(downloads, 'parts');
    const whole = { ...wanted, address: new URL(wanted.file, source), mirror: '--from', byHand };
    await rename(await download(whole, parts, { ...options, signal, onProgress }), fetched);
    await rm(parts, { recursive: true, force: true });
  } else {
    await copyGiven(join(source, wanted.file), fetched, wanted);
  }
  const reason = await difference(fetched, wanted);
  task.signal.throwIfAborted();
  if (reason !== undefined) {
    await rm(fetched, { force: true });
    throw anotherFile(wanted, reason, from ?? wanted.client);
  }
  await rename(fetched, path);
  task.onProgress(wanted.bytes);
  return path;
}

/** A folder, unless it says by its beginning that it is an address. @throws {UlmfitError} `bad-setting` */
function sourceOf(from: string): URL | string {
  if (/^[a-z][a-z\d+.-]+:\/\//iu.test(from)) return checkedAddress(`${from.replace(/\/+$/u, '')}/`);
  return isAbsolute(from) ? from : resolve(from);
}

/** A copy of our own, since what the user named may change while it is unpacked. */
async function copyGiven(path: string, copy: string, wanted: EnginePackage): Promise<void> {
  try {
    const { size } = await stat(path);
    if (size !== wanted.bytes) throw anotherFile(wanted, sizeDiffers(size, wanted), path);
    await copyFile(path, copy);
  } catch (error) {
    throw error instanceof UlmfitError ? error : unreadableFile(path, error);
  }
}

function sizeDiffers(size: number, { bytes }: EnginePackage): string {
  return `it has ${size} bytes instead of ${bytes}`;
}

/** How a file differs from the one that is wanted: undefined if it does not. */
async function difference(path: string, wanted: EnginePackage): Promise<string | undefined> {
  const { bytes, sha256 } = wanted;
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile()) return 'it is not there';
  if (found.size !== bytes) return sizeDiffers(found.size, wanted);
  const hash = (await hashFile(path)).sha256;
  return hash === sha256 ? undefined : `its SHA-256 is ${hash} instead of ${sha256}`;
}

function anotherFile({ file }: EnginePackage, reason: string, source: string): UlmfitError {
  return new UlmfitError(
    'download-failed',
    `What ${source} gives is not the ${file} that is wanted: ${reason}.`,
    'Install it from somewhere else: a mirror may have another file under this name.',
  );
}
