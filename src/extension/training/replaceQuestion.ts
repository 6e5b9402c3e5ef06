import * as vscode from 'vscode';
import type { Services } from '../services';
import { plainText } from './plainText';
import type { Task } from './taskFile';
import { keepingBoth, namesInTheWay, replacing } from './taskNames';

/** Whether what has these names is to be replaced when the training is done. */
export async function isReplacingMeant(names: readonly string[]): Promise<boolean> {
  const replace = vscode.l10n.t('Replace');
  return (await ask(names, replace)) === replace;
}

/**
 * A task whose names nothing has, or which may replace what has them.
 *
 * @returns undefined if the user leaves
 */
export async function withFreeNames({ store }: Services, task: Task): Promise<Task | undefined> {
  const taken = { encoders: await store.encoders.names(), models: await store.models.names() };
  const names = namesInTheWay(task, taken);
  if (names.length === 0) return task;
  const replace = vscode.l10n.t('Replace');
  const keep = vscode.l10n.t('Keep Both');
  const chosen = await ask(names, replace, keep);
  if (chosen === replace) return replacing(task);
  return chosen === keep ? keepingBoth(task, taken) : undefined;
}

async function ask(names: readonly string[], ...buttons: string[]): Promise<string | undefined> {
  const listed = names.map((name) => `“${plainText(name, 40)}”`).join(', ');
  return vscode.window.showWarningMessage(
    vscode.l10n.t('The store has {0} already.', listed),
    {
      modal: true,
      detail: vscode.l10n.t('What is replaced stays until the training is done, and is gone then.'),
    },
    ...buttons,
  );
}
