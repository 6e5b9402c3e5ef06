import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UlmfitError } from '../errors';
import { manifestName, saveFolder, type NewFolder } from './atomicSave';
import type { LoadedEntry } from './entries';
import { errorCode, ordinaryFileSystem, type FileSystem } from './fileSystem';
import type { EncoderManifest, ModelManifest } from './manifest';
import { unreadableFile } from './fileErrors';

/** An encoder or a model out of the store, as `store.encoders.load` and `store.models.load` give it. */
export type ExportedEntry = LoadedEntry<EncoderManifest | ModelManifest>;

/**
 * Writes a folder for use elsewhere: complete, or not at all. It must be new or empty, because it is the user's.
 *
 * @returns the paths of its files
 * @throws UlmfitError `already-exists`, `save-failed`
 */
export async function exportFolder(
  target: string,
  writeFiles: (folder: NewFolder) => Promise<void>,
  { manifest, fileSystem = ordinaryFileSystem }: { manifest?: object; fileSystem?: FileSystem } = {},
): Promise<string[]> {
  const path = resolve(target);
  await checkNewOrEmpty(path);
  const names: string[] = [];
  const members = manifest && Object.fromEntries(Object.entries(manifest));
  await saveFolder(
    path,
    async (folder) => {
      await writeFiles(folder);
      names.push(...folder.files.keys());
    },
    members,
    fileSystem,
    checkNewOrEmpty,
  );
  return [...names, ...(manifest ? [manifestName] : [])].map((name) => join(path, name));
}

/**
 * Writes an encoder or a model as the store itself keeps it: safetensors, vocabulary and manifest as JSON.
 *
 * @throws UlmfitError `already-exists`, `save-failed`
 */
export async function writeStoreFolder(
  { tensors, vocab, manifest, members = [] }: ExportedEntry,
  target: string,
  fileSystem?: FileSystem,
): Promise<string[]> {
  const listed = 'members' in manifest ? (manifest.members ?? []) : [];
  const write = async (folder: NewFolder) => {
    await folder.writeTensors(`${manifest.kind}.safetensors`, tensors);
    await folder.writeJson('vocab.json', vocab);
    // The first member of an ensemble has the names of any model.
    for (const [index, member] of members.entries()) {
      const files = listed[index];
      if (index === 0 || files === undefined) continue;
      await folder.writeTensors(files.tensors, member.tensors);
      await folder.writeJson(files.vocab, member.vocab);
    }
  };
  return exportFolder(target, write, { manifest, ...(fileSystem ? { fileSystem } : {}) });
}

async function checkNewOrEmpty(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    if (errorCode(error) === 'ENOTDIR') return [path];
    throw unreadableFile(path, error);
  });
  if (names.length === 0) return;
  throw new UlmfitError(
    'already-exists',
    `${path} exists already and is not an empty folder.`,
    'Name a new folder: an export never overwrites files of yours.',
  );
}
