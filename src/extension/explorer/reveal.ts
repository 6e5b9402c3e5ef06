import * as vscode from 'vscode';
import type { Store } from '../../store/store';
import { ask } from '../messages/notifications';
import { nodeFolder } from './nodeFolder';
import type { ExplorerNode } from './nodes';

/** Shows a folder in the file manager, or where that is on another machine than the folder, its path. */
export async function reveal(node: ExplorerNode, store: Store): Promise<void> {
  const folder = await nodeFolder(node, store);
  const remote = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
  if (!remote) {
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder));
    return;
  }
  const copy = vscode.l10n.t('Copy Path');
  const template = vscode.l10n.t('This folder is not on the machine that shows this window.');
  const chosen = await ask({ template, detail: folder }, copy);
  if (chosen === copy) await vscode.env.clipboard.writeText(folder);
}
