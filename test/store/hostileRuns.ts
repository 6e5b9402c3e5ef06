/** Runs whose event files are not what they should be, for tests of what lists them. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../src/store/store';

const isUnix = process.platform !== 'win32';
/** Root may read everything. */
const hasPermissions = isUnix && process.getuid?.() !== 0;

/** How each bad run's event file is made. */
const kinds: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => {
    mkdirSync(path);
  },
  '3 GB of NULs': (path) => {
    sparse(path, 3 * 2 ** 30);
  },
  'a line of 500 MB': (path) => {
    // Long lines that a file system need not store: holes read as NULs, between two ends of text.
    writeFileSync(path, '{"event":"progress","part":"train","x":"');
    sparse(path, 500 * 2 ** 20);
    const file = openSync(path, 'a');
    writeSync(file, '"}\n');
    closeSync(file);
  },
  ...(isUnix
    ? {
        'a pipe': (path) => {
          execFileSync('mkfifo', [path]);
        },
        'a device': (path) => {
          symlinkSync('/dev/zero', path);
        },
        'a link to itself': (path) => {
          symlinkSync(path, path);
        },
      }
    : {}),
  ...(hasPermissions
    ? {
        'a file without permission': (path: string) => {
          writeFileSync(path, '');
          chmodSync(path, 0);
        },
      }
    : {}),
};

function sparse(path: string, bytes: number): void {
  writeFileSync(path, '', { flag: 'a' });
  truncateSync(path, bytes);
}

/** Makes a run of each kind. @returns their ids, sorted */
export async function makeBadRuns(store: Store): Promise<string[]> {
  const ids: string[] = [];
  for (const [what, make] of Object.entries(kinds)) {
    const id = `bad ${what}`;
    await store.runs.create(id, { kind: 'encoder', name: 'bad', options: {} });
    make(join(store.runs.folderOf(id), 'events.ndjson'));
    ids.push(id);
  }
  return ids.sort();
}
