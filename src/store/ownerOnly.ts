import { constants, type Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Modes of what a store holds: texts, words of texts and models of them are their owner's alone (P23). */
export const ownerFile = 0o600;
export const ownerFolder = 0o700;

const others = 0o077;
/** What makes a folder in one of these an entry of ours, whatever else lies beside it. */
const markers: ReadonlyMap<string, readonly string[]> = new Map([
  ['encoders', ['manifest.json', 'vocab.json']],
  ['models', ['manifest.json', 'vocab.json']],
  ['runs', ['run.json', 'events.ndjson']],
]);
/** Folders of saves that go on or were interrupted: `.<name>.saving-…`, `.<name>.old-…`. */
const inProgress = /^\..+\.(?:saving|old)-/u;
const looseFile = 'engine-checks.json';

/**
 * Takes from others what older versions let them read in a store. Looks at the folders of its first level; what is below
 * is walked where these can be entered by others. Only what is ours is changed: a folder that holds other things as well,
 * links, and what another user owns stay as they are, and so does the store's own folder, which its user may have made.
 *
 * Never throws: where modes cannot be changed, or mean nothing, there is nothing to be done about it.
 */
export async function closeToOthers(root: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const entry of await entriesOf(root)) {
    const ours = markers.get(entry.name);
    if (entry.name === looseFile && entry.isFile()) await tighten(join(root, entry.name), ownerFile);
    else if (ours && entry.isDirectory()) await closeKind(join(root, entry.name), ours);
  }
}

async function closeKind(folder: string, ours: readonly string[]): Promise<void> {
  // Nobody gets past this folder, whatever the modes below are.
  if (!(await isLoose(folder))) return;
  const entries = await entriesOf(folder);
  let onlyOurs = true;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const isOurs =
      entry.isDirectory() &&
      (inProgress.test(entry.name) || (await entriesOf(path)).some(({ name }) => ours.includes(name)));
    if (isOurs) await closeTree(path);
    else onlyOurs = false;
  }
  // Last, so that a walk that is interrupted is done again.
  if (onlyOurs) await tighten(folder, ownerFolder);
}

async function closeTree(folder: string): Promise<void> {
  if (!(await isLoose(folder))) return;
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await closeTree(path);
    else if (entry.isFile()) await tighten(path, ownerFile);
  }
  await tighten(folder, ownerFolder);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function isLoose(path: string): Promise<boolean> {
  return (await withOwn(path, ({ mode }) => Promise.resolve((mode & others) !== 0))) ?? false;
}

async function tighten(path: string, mode: number): Promise<void> {
  await withOwn(path, async (found, chmod) => {
    // Another name of a file may be the user's own.
    const isElsewhere = mode === ownerFile && found.nlink > 1;
    if ((found.mode & others) !== 0 && !isElsewhere) await chmod(found.mode & mode);
  });
}

/**
 * Opens a file or folder of this user without following a link or waiting for a pipe.
 *
 * @returns undefined if it cannot be opened, is another user's, or `use` fails
 */
async function withOwn<Result>(
  path: string,
  use: (found: { mode: number; nlink: number }, chmod: (mode: number) => Promise<void>) => Promise<Result>,
): Promise<Result | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (found.uid !== process.getuid?.() || !(found.isFile() || found.isDirectory())) return undefined;
      return await use(found, (mode) => handle.chmod(mode));
    } finally {
      await handle.close();
    }
  } catch {
    // Not ours to open, a read-only disk, or one without modes.
    return undefined;
  }
}
