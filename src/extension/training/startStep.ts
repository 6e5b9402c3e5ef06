import * as vscode from 'vscode';
import type { MultiStep } from './multiStep';
import type { StepOutcome, StepPlace } from './stepSequence';

interface StartDraft {
  saveTask?: boolean;
}

/** The last question: start, or write the answers into a task file before. */
export async function askStart(
  ui: MultiStep,
  draft: StartDraft,
  place: StepPlace,
  summary: string,
): Promise<StepOutcome> {
  const answer = await ui.pickOne(
    { placeholder: summary, ...place },
    [
      {
        saveTask: false,
        label: vscode.l10n.t('Start Training'),
        iconPath: new vscode.ThemeIcon('play'),
      },
      {
        saveTask: true,
        label: vscode.l10n.t('Save as ulmfit.json and Start'),
        description: vscode.l10n.t('a file to commit and to run again'),
        iconPath: new vscode.ThemeIcon('save'),
      },
    ],
    ({ saveTask }) => saveTask === (draft.saveTask ?? false),
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.saveTask = answer.value.saveTask;
  return 'next';
}
