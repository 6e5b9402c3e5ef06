import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import type { CommandHandlers } from '../commands';
import { plainText } from '../explorer/plainText';
import { showInformation, showWarning } from '../messages/notifications';
import { readWorkspaceFile } from '../readWorkspaceFile';
import type { Services } from '../services';
import type { FollowUps } from './followUps';
import { latestTask } from './latestTask';
import { isIdle, startRun } from './startRun';
import { withFreeNames } from './replaceQuestion';
import { formatTask, parseTask, type Task, taskFileName } from '../../options/taskFile';

/** Run what a task file says, and write one from the latest run. */
export function taskCommands(services: Services, followUps: FollowUps): CommandHandlers {
  return {
    runTaskFile: async (given?: unknown) => {
      if (!(await isTrusted()) || !(await isIdle(services))) return;
      const uri = given instanceof vscode.Uri ? given : await taskFileOfWindow();
      if (uri) await runTask(services, followUps, await readTask(uri));
    },
    saveTaskFile: async () => {
      const { runs } = await services.store.runs.list();
      const task = latestTask(runs.map(({ run }) => run));
      if (task) await saveTask(task);
      else {
        void showInformation(
          vscode.l10n.t('Nothing was trained yet; a task file is written from the latest run.'),
        );
      }
    },
  };
}

/** Trains the language model, and the classifier when that is done; asks before what becomes of names that are taken. */
export async function runTask(services: Services, followUps: FollowUps, wanted: Task): Promise<void> {
  const task = await withFreeNames(services, wanted);
  if (!task) return;
  const { languageModel, classifier } = task;
  if (languageModel) {
    await startRun(services, { kind: 'encoder', options: languageModel }, async (id) => {
      if (classifier) await followUps.add(id, classifier);
    });
  } else if (classifier) {
    await startRun(services, { kind: 'classifier', options: classifier });
  }
}

/**
 * Writes a task where the user says, at first the folder of the workspace. What a file of that name already trains
 * besides stays in it.
 *
 * @returns whether it was written
 */
export async function saveTask(task: Task): Promise<boolean> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Task File'),
    filters: { JSON: ['json'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, taskFileName) } : {}),
  });
  if (!uri) return false;
  const text = formatTask({ ...(await existingTask(uri)), ...task }, uri.fsPath);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri, { preview: false });
  return true;
}

/** What the file says so far; nothing if there is none, or none that can be understood. */
async function existingTask(uri: vscode.Uri): Promise<Task> {
  try {
    return await readTask(uri);
  } catch (error) {
    // The dialog has asked whether the file may be replaced.
    if (error instanceof UlmfitError || error instanceof vscode.FileSystemError) return {};
    throw error;
  }
}

/** Far more than any has. */
const largestTask = 2 ** 20;

async function readTask(uri: vscode.Uri): Promise<Task> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const text = open?.getText() ?? new TextDecoder().decode(await readWorkspaceFile(uri, largestTask));
  return parseTask(text, uri.fsPath);
}

/** The active editor's file, else one of the workspace's. */
async function taskFileOfWindow(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active && basename(active.path) === taskFileName) return active;
  const found = await vscode.workspace.findFiles(`**/${taskFileName}`, '**/{node_modules,.git}/**', 100);
  const [only, another] = found;
  if (only && !another) return only;
  if (!only) {
    throw new UlmfitError(
      'file-not-found',
      vscode.l10n.t('There is no {0} in this window.', taskFileName),
      vscode.l10n.t('Open a folder with one, or save one at the end of a wizard.'),
    );
  }
  const items = found.map((uri) => ({ uri, label: plainText(vscode.workspace.asRelativePath(uri)) }));
  const placeHolder = vscode.l10n.t('Task file to run');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.uri;
}

/** A task file is written by whoever wrote the workspace: it starts nothing until the user trusts that. */
async function isTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const trust = vscode.l10n.t('Manage Workspace Trust');
  const chosen = await showWarning(
    vscode.l10n.t('Task files are run in trusted workspaces only.'),
    [],
    trust,
  );
  if (chosen === trust) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
