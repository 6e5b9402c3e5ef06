import * as vscode from 'vscode';
import type { Services } from '../services';
import type { FollowUps } from './followUps';
import { sampleTask } from './sampleTask';
import { isIdle } from './startRun';
import { runTask } from './taskCommands';

/** Opens the sample mails and offers the whole way on them: language model, classifier, dashboard. */
export async function trySampleData(services: Services, followUps: FollowUps): Promise<void> {
  const file = await copySample(services);
  await vscode.window.showTextDocument(file, { preview: false });
  const train = {
    label: vscode.l10n.t('Train on Them'),
    description: vscode.l10n.t('a language model, then a spam filter; some minutes'),
    iconPath: new vscode.ThemeIcon('play'),
  };
  const look = {
    label: vscode.l10n.t('Only Look at Them'),
    iconPath: new vscode.ThemeIcon('eye'),
  };
  const chosen = await vscode.window.showQuickPick([train, look], {
    title: vscode.l10n.t('1,000 sample mails, each labelled ham or spam'),
    placeHolder: vscode.l10n.t('Nothing leaves this computer'),
    ignoreFocusOut: true,
  });
  if (chosen !== train || !(await isIdle(services))) return;
  await runTask(services, followUps, sampleTask(file.fsPath));
}

/** A copy, so that it can be edited and survives an update of the extension. */
async function copySample({ context }: Services): Promise<vscode.Uri> {
  const from = vscode.Uri.joinPath(context.extensionUri, 'media', 'sample', 'mails.csv');
  const folder = vscode.Uri.joinPath(context.globalStorageUri, 'sample');
  const to = vscode.Uri.joinPath(folder, 'mails.csv');
  await vscode.workspace.fs.createDirectory(folder);
  try {
    await vscode.workspace.fs.stat(to);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    await vscode.workspace.fs.copy(from, to);
  }
  return to;
}
