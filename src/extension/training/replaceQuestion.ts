import * as vscode from 'vscode';
import { visibleText } from '../explorer/plainText';
import { ask } from '../messages/notifications';
import type { Services } from '../services';
import type { Task } from '../../options/taskFile';
import { keepingBoth, namesInTheWay, replacing } from './taskNames';

/** Whether what has these names is to be replaced when the training is done. */
export async function isReplacingMeant(names: readonly string[]): Promise<boolean> {
  const replace = vscode.l10n.t('Replace');
  return (await askAbout(names, replace)) === replace;
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
  // Enter takes the first, which loses nothing.
  const chosen = await askAbout(names, keep, replace);
  if (chosen === replace) return replacing(task);
  return chosen === keep ? keepingBoth(task, taken) : undefined;
}

function askAbout(names: readonly string[], ...buttons: string[]): Thenable<string | undefined> {
  return ask(
    {
      template: vscode.l10n.t('The store has {0} already.'),
      values: [names.map((name) => `“${visibleText(name, 40)}”`).join(', ')],
      detail: vscode.l10n.t('What is replaced stays until the training is done, and is gone then.'),
      isWarning: true,
    },
    ...buttons,
  );
}
