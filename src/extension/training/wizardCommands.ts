import * as vscode from 'vscode';
import type { CommandHandlers } from '../commands';
import { isExplorerNode } from '../explorer/nodes';
import { showInformation } from '../messages/notifications';
import type { Services } from '../services';
import { classifierWizard } from './classifierWizard';
import { languageModelWizard } from './languageModelWizard';
import { isIdle, startRun, type Training } from './startRun';
import { saveTask } from './taskCommands';

/** The two wizards. */
export function wizardCommands(services: Services): CommandHandlers {
  return {
    fineTuneLanguageModel: async () => {
      if (!(await isIdle(services))) return;
      const answers = await languageModelWizard(services);
      if (answers) await startAnswers(services, { kind: 'encoder', ...answers });
    },
    trainClassifier: async (given?: unknown) => {
      if (!(await isIdle(services)) || !(await hasEncoder(services))) return;
      const encoder = isExplorerNode(given) && given.kind === 'encoder' ? given.name : undefined;
      const answers = await classifierWizard(services, encoder);
      if (answers) await startAnswers(services, { kind: 'classifier', ...answers });
    },
  };
}

/** Starts what a wizard was told to, after writing it down where that was wished. */
export async function startAnswers(
  services: Services,
  answers: Training & { readonly saveTask: boolean },
): Promise<void> {
  if (answers.saveTask) {
    // Whoever runs the file again is asked again.
    const once = { replace: undefined };
    await saveTask(
      answers.kind === 'encoder'
        ? { languageModel: { ...answers.options, ...once } }
        : { classifier: { ...answers.options, ...once } },
    );
  }
  await startRun(services, answers);
}

/** Whether there is an encoder to train on; if not, says so and offers to make one. */
export async function hasEncoder({ store }: Services): Promise<boolean> {
  if ((await store.encoders.list()).entries.length > 0) return true;
  const make = vscode.l10n.t('Fine-Tune Language Model…');
  const chosen = await showInformation(
    vscode.l10n.t('This needs an encoder, which fine-tuning a language model on your texts makes.'),
    [],
    make,
  );
  if (chosen === make) await vscode.commands.executeCommand('ulmfit.fineTuneLanguageModel');
  return false;
}
