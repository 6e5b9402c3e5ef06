/** What lies in a folder, so that two moments can be compared. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Paths below a folder, with `/` between their parts, and a hash of each file's bytes. */
export type FolderTree = ReadonlyMap<string, string>;

/** @param leaveOut whether a path, relative to the folder, is left out with all that lies in it */
export function treeOf(folder: string, leaveOut: (path: string) => boolean = () => false): FolderTree {
  const tree = new Map<string, string>();
  const visit = (below: string) => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`;
      if (leaveOut(path)) continue;
      const file = join(folder, path);
      const facts = lstatSync(file);
      tree.set(path, facts.isDirectory() ? 'folder' : facts.isFile() ? hashOf(file) : otherThan(file));
      if (facts.isDirectory()) visit(path);
    }
  };
  visit('');
  return tree;
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function otherThan(file: string): string {
  return lstatSync(file).isSymbolicLink() ? `link to ${readlinkSync(file)}` : 'neither file nor folder';
}

/** What differs, one line each; none if the two are the same. */
export function differences(before: FolderTree, after: FolderTree): string[] {
  const lost = [...before.keys()].filter((path) => !after.has(path)).map((path) => `lost: ${path}`);
  const left = [...after.keys()].filter((path) => !before.has(path)).map((path) => `left behind: ${path}`);
  const changed = [...before]
    .filter(([path, hash]) => after.has(path) && after.get(path) !== hash)
    .map(([path]) => `changed: ${path}`);
  return [...lost, ...changed, ...left];
}
