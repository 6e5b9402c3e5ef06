import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
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
  const folder = vscode.Uri.joinPath(globalStorageUri, 'data', place);
  await vscode.workspace.fs.createDirectory(folder);
  const copy = vscode.Uri.joinPath(folder, basename(uri.path));
  await vscode.workspace.fs.writeFile(copy, await readWorkspaceFile(uri, largestData));
  return copy.fsPath;
}
