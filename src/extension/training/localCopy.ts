import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type * as vscode from 'vscode';
import { ownerFile, ownerFolder } from '../../store/ownerOnly';
import { largestData, readWorkspaceFile } from '../readWorkspaceFile';

/**
 * The path at which the trainer, which knows the disk alone, finds a file: its own, or that of a copy if it lies in a
 * virtual workspace. The copy stays, so that a run that was paused finds its data again; it is made anew each time the
 * file is chosen.
 */
export async function localCopy(
  { globalStorageUri }: vscode.ExtensionContext,
  uri: vscode.Uri,
): Promise<string> {
  if (uri.scheme === 'file') return uri.fsPath;
  // Files of one name from different places lie in different folders.
  const place = createHash('sha256').update(uri.toString()).digest('hex').slice(0, 16);
  const folder = join(globalStorageUri.fsPath, 'data', place);
  await mkdir(folder, { recursive: true, mode: ownerFolder });
  const copy = join(folder, basename(uri.path));
  const content = await readWorkspaceFile(uri, largestData);
  // A copy of an older version could be read by others, and writing leaves the mode as it is.
  await rm(copy, { force: true });
  await writeFile(copy, content, { mode: ownerFile });
  return copy;
}
