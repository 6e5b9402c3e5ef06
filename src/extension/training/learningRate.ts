import * as vscode from 'vscode';
import type { Services } from '../services';
import { languageModelWizard, learningRateWizard, requestFrom } from './languageModelWizard';
import { isIdle } from './startRun';
import { withTaskProgress } from './taskProgress';
import { startAnswers } from './wizardCommands';

/** Tries ever higher learning rates on a language model and says which is a good one. */
export async function findLearningRate(services: Services): Promise<void> {
  if (!(await isIdle(services))) return;
  const draft = await learningRateWizard(services);
  if (!draft) return;
  const options = requestFrom(draft, 'learning-rate');
  const { training } = services;
  const title = vscode.l10n.t('Finding a learning rate');
  // The texts are counted first, then the steps.
  const found = await withTaskProgress(
    training,
    title,
    (task) => training.request('find-lr', { ...options, task }),
    2,
  );
  if (!found) return;
  const { suggestion, minimumOverTen } = found;
  const rate = suggestion ?? minimumOverTen;
  if (rate === undefined) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'The curve is too short for a suggestion: there are too few texts. 0.01 is a good start.',
      ),
    );
    return;
  }
  const copy = vscode.l10n.t('Copy');
  const train = vscode.l10n.t('Train with It');
  const shown = rateText(rate);
  const text =
    minimumOverTen === undefined || minimumOverTen === rate
      ? vscode.l10n.t('Suggested learning rate: {0}, where the loss falls fastest.', shown)
      : vscode.l10n.t(
          'Suggested learning rate: {0}, where the loss falls fastest; a tenth of the rate with the lowest loss is {1}.',
          shown,
          rateText(minimumOverTen),
        );
  const chosen = await vscode.window.showInformationMessage(text, copy, train);
  if (chosen === copy) await vscode.env.clipboard.writeText(shown);
  if (chosen !== train) return;
  const answers = await languageModelWizard(services, { ...draft, lr: Number(shown) });
  if (answers) await startAnswers(services, { kind: 'encoder', ...answers });
}

/** Two digits say all there is to say about a learning rate. */
function rateText(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}
