import * as vscode from 'vscode';
import { UlmfitError } from '../errors';

/**
 * The bytes of a file of the workspace, which VS Code reads. Pipes and devices are refused: reading them may wait for
 * ever, or never end.
 *
 * @param limit bytes above which it is not read
 * @throws UlmfitError `file-unreadable`; vscode.FileSystemError where it is not there
 */
export async function readWorkspaceFile(uri: vscode.Uri, limit: number): Promise<Uint8Array> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0) {
    throw new UlmfitError(
      'file-unreadable',
      vscode.l10n.t('{0} is a folder, a pipe or a device, not a file.', uri.fsPath),
      vscode.l10n.t('Save what comes out of it to a file first, and choose that file.'),
    );
  }
  if (size > limit) {
    throw new UlmfitError(
      'file-unreadable',
      vscode.l10n.t('{0} is too large: it has {1} bytes, and {2} are read.', uri.fsPath, size, limit),
      vscode.l10n.t('Choose a smaller file.'),
    );
  }
  return vscode.workspace.fs.readFile(uri);
}

/** Texts to train on or to classify. */
export const largestData = 2 ** 31 - 1;
