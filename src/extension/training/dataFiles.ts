import { basename, dirname, extname } from 'node:path';

/** Endings of the files that rows can be read from. */
export const dataExtensions = ['csv', 'tsv', 'jsonl', 'ndjson', 'txt'] as const;

/** Fewer texts in a folder are no data set but notes. */
const fewestTexts = 4;

export interface DataChoice {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Texts in a folder, with those in its folders. */
  readonly texts?: number;
}

export function isDataFile(path: string): boolean {
  const extension = extname(path).slice(1).toLowerCase();
  return dataExtensions.some((each) => each === extension);
}

/**
 * What may be meant by the files of a workspace: tables, then folders with texts (the outermost that a label can be
 * read from), then single texts outside of those.
 *
 * @param first the file in the active editor, which comes first
 */
export function dataChoices(files: readonly string[], first?: string): DataChoice[] {
  const readable = Array.from(new Set(files.filter(isDataFile))).sort((a, b) => a.localeCompare(b));
  const isText = (path: string) => extname(path).toLowerCase() === '.txt';
  const folders = textFolders(readable.filter(isText));
  const roots = new Set(folders.map(({ path }) => path));
  const isInFolder = (path: string) => roots.has(dirname(path)) || roots.has(dirname(dirname(path)));
  const choices: DataChoice[] = [
    ...readable.filter((path) => !isText(path)).map((path) => ({ path, kind: 'file' as const })),
    ...folders,
    ...readable
      .filter((path) => isText(path) && !isInFolder(path))
      .map((path) => ({ path, kind: 'file' as const })),
  ];
  if (first === undefined || !isDataFile(first)) return choices;
  return [{ path: first, kind: 'file' }, ...choices.filter(({ path }) => path !== first)];
}

/** Folders that hold texts, or folders of texts beside each other: the latter are the classes of one data set. */
function textFolders(texts: readonly string[]): DataChoice[] {
  const counts = countBy(texts.map((path) => dirname(path)));
  const parents = countBy(Array.from(counts.keys(), (folder) => dirname(folder)));
  const found = new Map<string, number>();
  for (const [folder, count] of counts) {
    const parent = dirname(folder);
    const root = (parents.get(parent) ?? 0) > 1 && basename(parent) !== '' ? parent : folder;
    found.set(root, (found.get(root) ?? 0) + count);
  }
  return Array.from(found, ([path, count]) => ({ path, kind: 'folder' as const, texts: count })).filter(
    ({ texts: count }) => count >= fewestTexts,
  );
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
