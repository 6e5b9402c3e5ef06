import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { formatVersion } from './manifest';
import { saveFailure } from './saveFailure';
import { readSealedJson, sealed } from './seal';

const inputsFile = 'inputs.json';
const largest = 2 ** 20;
const inputsSchema = v.object({
  formatVersion: v.literal(formatVersion),
  sha256: v.record(v.string(), v.string()),
});

/** The sha256 of everything that a run stands on, by what it is. */
export type InputHashes = Readonly<Record<string, string>>;

/**
 * What `<run>/inputs.json` says: it is written when the run's first step is about to be taken, and never changes.
 *
 * @returns undefined where nothing is recorded: the run has not begun, or an earlier version began it
 * @throws UlmfitError `corrupt-file`
 */
export async function readInputs(runFolder: string): Promise<InputHashes | undefined> {
  try {
    return (await readSealedJson(join(runFolder, inputsFile), inputsSchema, largest)).sha256;
  } catch (error) {
    if (error instanceof UlmfitError && error.code === 'file-not-found') return undefined;
    throw error;
  }
}

/** Records what a run stands on: all of it or, where that fails, nothing. @throws UlmfitError `save-failed` */
export async function writeInputs(
  runFolder: string,
  sha256: InputHashes,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const path = join(runFolder, inputsFile);
  const temporary = join(runFolder, `.${inputsFile}.${randomBytes(4).toString('hex')}`);
  try {
    const file = await fileSystem.createFile(temporary);
    try {
      await file.write(Buffer.from(sealed({ formatVersion, sha256 })));
      await file.sync();
    } finally {
      await file.close();
    }
    await fileSystem.rename(temporary, path);
    await fileSystem.syncFolder(runFolder);
  } catch (error) {
    await fileSystem.remove(temporary).catch(() => undefined);
    throw saveFailure(`${path} was not saved`, error);
  }
}
