import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UlmfitError } from '../errors';
import { fileError, readTextFile, wholeText } from './readTextFile';
import type { RowIssue, TextRow } from './textRow';

export interface TextFolder {
  readonly rows: readonly TextRow[];
  readonly issues: readonly RowIssue[];
  /** What was found that is not a text: for a message when there are no texts at all. */
  readonly otherFiles: readonly string[];
}

/**
 * The `.txt` files below a folder, in order of their paths, each one text. Its label is the name of the folder that it
 * is in, as in fastai's `from_folder`; texts directly in `folder` have none.
 *
 * A text that cannot be read, or not decoded, is an issue; so are links to folders, which could lead round in circles.
 *
 * @throws UlmfitError 'file-unreadable' where a folder cannot be listed, 'bad-setting' for an unknown encoding
 */
export async function readTextFolder(
  folder: string,
  options: { readonly encoding?: string | undefined; readonly labelled: boolean },
): Promise<TextFolder> {
  const rows: TextRow[] = [];
  const issues: RowIssue[] = [];
  const found = await listFiles(folder, issues);
  for (const { file, parent } of found.texts) {
    const label = options.labelled && parent !== folder ? basename(parent) : undefined;
    try {
      const { utf8 } = await readTextFile(file, options.encoding);
      const row = { text: wholeText(file, utf8), file, line: 1 };
      rows.push(label === undefined ? row : { ...row, label });
    } catch (error) {
      if (!(error instanceof UlmfitError) || error.code === 'bad-setting') throw error;
      issues.push({ file, line: 1, reason: `${error.message} ${error.remedy}` });
    }
  }
  for (const [directory, names] of found.others) {
    const shown = names.slice(0, 5).join(', ');
    issues.push({
      file: directory,
      line: 0,
      reason: `only .txt files are read here; passed over: ${shown}${names.length > 5 ? `, and ${names.length - 5} more` : ''}`,
    });
  }
  return { rows, issues, otherFiles: Array.from(found.others.values()).flat() };
}

interface Listing {
  readonly texts: { readonly file: string; readonly parent: string }[];
  /** Folder → names of the files in it that are no texts. */
  readonly others: Map<string, string[]>;
}

async function listFiles(root: string, issues: RowIssue[]): Promise<Listing> {
  const listing: Listing = { texts: [], others: new Map() };
  const visit = async (directory: string): Promise<void> => {
    for (const { name, kind } of await entries(directory)) {
      const path = join(directory, name);
      if (kind === 'directory') await visit(path);
      else if (kind === 'linked directory') {
        issues.push({ file: path, line: 0, reason: 'a link to a folder is not followed' });
      } else if (name.toLowerCase().endsWith('.txt')) listing.texts.push({ file: path, parent: directory });
      else if (!name.startsWith('.')) {
        const names = listing.others.get(directory) ?? [];
        names.push(name);
        listing.others.set(directory, names);
      }
    }
  };
  await visit(root);
  return listing;
}

type EntryKind = 'file' | 'directory' | 'linked directory';

/** In the same order on every system: by code unit. */
async function entries(directory: string): Promise<{ name: string; kind: EntryKind }[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true });
    const kinds = found.map(async (entry): Promise<{ name: string; kind: EntryKind }> => {
      const { name } = entry;
      if (entry.isDirectory()) return { name, kind: 'directory' };
      const linked = entry.isSymbolicLink() && (await isDirectory(join(directory, name)));
      return { name, kind: linked ? 'linked directory' : 'file' };
    });
    return (await Promise.all(kinds)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw fileError(directory, error);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A link that leads nowhere: reading it as a file will say so.
    return false;
  }
}
