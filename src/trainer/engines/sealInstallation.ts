import { lstatSync } from 'node:fs';
import { chmod, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { InstallableEngine } from '../../engine/installation/enginesFolder';
import { type InstallationRecord, recordName } from '../../engine/installation/installationRecord';
import { KnownHashes, restMilliseconds, smallBytes } from '../../engine/installation/knownHashes';
import { hashFile } from '../../store/manifest';

/**
 * Takes everything below a new installation from others' hands, waits until it is on the disk, and records it: from now on
 * the engine is loaded only as it is now.
 * @param folder of the installation
 * @param place where it will be
 */
export async function sealInstallation(
  engine: InstallableEngine,
  folder: string,
  place: string,
): Promise<number> {
  const files: InstallationRecord['files'] = {};
  const hashes = KnownHashes.beside(place);
  let total = 0;
  const own = await ownFiles(folder, '');
  const isLarge = (file: string) => lstatSync(join(folder, file), { bigint: true }).size >= smallBytes;
  if (own.some(isLarge)) await pause(restMilliseconds + 100);
  for (const file of own) {
    const path = join(folder, file);
    const before = lstatSync(path, { bigint: true });
    files[file] = await hashFile(path);
    total += files[file].bytes;
    const after = lstatSync(path, { bigint: true });
    if (after.ctimeNs === before.ctimeNs) hashes.add(file, after, files[file].sha256);
  }
  const record: InstallationRecord = {
    formatVersion: 1,
    engine,
    installedAt: new Date().toISOString(),
    files,
  };
  await writeFile(join(folder, recordName), `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 });
  hashes.save();
  return total;
}

/** Paths of all files, with `/`, each made its owner's alone. */
async function ownFiles(folder: string, below: string): Promise<string[]> {
  const found: string[] = [];
  await chmod(join(folder, below), 0o700);
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const file = `${below}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await ownFiles(folder, `${file}/`)));
    else {
      await chmod(join(folder, file), 0o600);
      await sync(join(folder, file));
      found.push(file);
    }
  }
  return found;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
