import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { ask } from '../messages/notifications';
import type { Services } from '../services';
import {
  deletionQuestion,
  type DeletionQuestion,
  refuseGoingOn,
  runsBehind,
  type StoreContents,
} from './deletion';
import { modelInUse } from './modelInUse';
import { modelSetting, replaceInModelSetting } from './modelSetting';
import { nodeFolder } from './nodeFolder';
import { type ExplorerNode, storeKind } from './nodes';
import { visibleText } from './plainText';
import { userLanguage } from './userLanguage';

/** Asks, naming what is lost, and deletes: to the trash where there is one. */
export async function deleteNodes(nodes: readonly ExplorerNode[], services: Services): Promise<void> {
  if (nodes.length === 0) return;
  // VS Code has no trash on a remote machine.
  const toTrash = vscode.env.remoteName === undefined;
  const contents = await contentsOf(services);
  const question = deletionQuestion(nodes, contents, toTrash, userLanguage);
  const runs = runsBehind(nodes, contents);
  const buttons = toTrash
    ? [vscode.l10n.t('Move to Trash'), vscode.l10n.t('Move to Trash with Its Runs')]
    : [vscode.l10n.t('Delete'), vscode.l10n.t('Delete with Its Runs')];
  const answer = await asked(question, buttons.slice(0, runs.length > 0 ? 2 : 1));
  if (answer === undefined) return;
  if (answer !== buttons[1]) {
    await deleteAll(nodes, toTrash, services);
    return;
  }
  refuseGoingOn(runs, contents, userLanguage);
  await deleteAll([...runs, ...nodes], toTrash, services);
}

async function deleteAll(
  nodes: readonly ExplorerNode[],
  toTrash: boolean,
  services: Services,
): Promise<void> {
  for (const node of nodes) {
    if (toTrash && !(await movedToTrash(node, services))) continue;
    await removeForGood(node, services);
    if (node.kind === 'model') await replaceInModelSetting(node.name, undefined);
  }
}

async function contentsOf({ store }: Services): Promise<StoreContents> {
  const { entries: encoders } = await store.encoders.list();
  const { entries: models } = await store.models.list();
  const { runs } = await store.runs.list();
  return { encoders, models, runs, inUse: modelInUse(models, modelSetting())?.name };
}

function asked(
  { message, detail }: DeletionQuestion,
  buttons: readonly string[],
): Thenable<string | undefined> {
  return ask({ template: '{0}', values: [message], detail, isWarning: true }, ...buttons);
}

/** @returns whether it is gone, or may be deleted for good because there is no trash */
async function movedToTrash(node: ExplorerNode, { store, log }: Services): Promise<boolean> {
  const folder = await nodeFolder(node, store);
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(folder), { recursive: true, useTrash: true });
    return true;
  } catch (error) {
    log.warn(error instanceof Error ? error.message : String(error));
    const message = vscode.l10n.t(
      '"{0}" could not be moved to the trash. Delete it for good?',
      visibleText(node.name),
    );
    const detail = vscode.l10n.t('This cannot be undone.');
    return (await asked({ message, detail }, [vscode.l10n.t('Delete')])) !== undefined;
  }
}

/** Through the store, so that nothing that interrupted saves left behind comes back in its place. */
async function removeForGood(node: ExplorerNode, { store, runs }: Services): Promise<void> {
  switch (storeKind(node)) {
    case 'encoder':
      if ((await store.encoders.names()).includes(node.name)) await store.encoders.remove(node.name);
      break;
    case 'model':
      if ((await store.models.names()).includes(node.name)) await store.models.remove(node.name);
      break;
    case 'run':
      if (await exists(store.runs.folderOf(node.name))) await runs.discard(node.name);
      break;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
