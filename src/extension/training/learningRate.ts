import * as vscode from 'vscode';
import type { RequestResult } from '../../protocol/requests';
import { showInformation, showWarning } from '../messages/notifications';
import { ensurePretrained } from '../modelFiles/downloadPretrained';
import type { Services } from '../services';
import { classifierRateWizard, classifierRequest, classifierWizard } from './classifierWizard';
import { languageModelWizard, learningRateWizard, requestFrom } from './languageModelWizard';
import { isIdle } from './startRun';
import { withTaskProgress } from './taskProgress';
import { startAnswers } from './wizardCommands';

type Curve = RequestResult<'find-lr'>;

/** Tries ever higher learning rates on a language model or a classifier and says which is a good one. */
export async function findLearningRate(services: Services): Promise<void> {
  if (!(await isIdle(services))) return;
  const { entries: encoders } = await services.store.encoders.list();
  const kind = encoders.length === 0 ? 'encoder' : await askKind();
  if (kind === 'encoder') await ofLanguageModel(services);
  else if (kind === 'classifier') await ofClassifier(services);
}

async function askKind(): Promise<'encoder' | 'classifier' | undefined> {
  const items = [
    {
      of: 'encoder' as const,
      label: vscode.l10n.t('Of a Language Model'),
      iconPath: new vscode.ThemeIcon('book'),
    },
    {
      of: 'classifier' as const,
      label: vscode.l10n.t('Of a Classifier'),
      iconPath: new vscode.ThemeIcon('mortar-board'),
    },
  ];
  const title = vscode.l10n.t('Find Learning Rate');
  return (await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true }))?.of;
}

async function ofLanguageModel(services: Services): Promise<void> {
  const draft = await learningRateWizard(services);
  if (!draft) return;
  const options = requestFrom(draft, 'learning-rate');
  if (!(await ensurePretrained(services, options))) return;
  const rate = await suggested(services, (task) =>
    services.training.request('find-lr', { ...options, task }),
  );
  if (rate === undefined) return;
  const answers = await languageModelWizard(services, { ...draft, lr: rate });
  if (answers) await startAnswers(services, { kind: 'encoder', ...answers });
}

async function ofClassifier(services: Services): Promise<void> {
  const draft = await classifierRateWizard(services);
  const options = draft && classifierRequest(draft, 'learning-rate');
  if (!options) return;
  const rate = await suggested(services, (task) =>
    services.training.request('find-classifier-lr', { ...options, task }),
  );
  if (rate === undefined) return;
  const answers = await classifierWizard(services, undefined, { ...draft, lr: rate });
  if (answers) await startAnswers(services, { kind: 'classifier', ...answers });
}

/** Carries out the search and says what it found. @returns the rate, if it is to be trained with */
async function suggested(
  { training }: Services,
  ask: (task: string) => Promise<Curve>,
): Promise<number | undefined> {
  // The texts are counted first, then the steps.
  const found = await withTaskProgress(
    training,
    { template: vscode.l10n.t('Finding a learning rate') },
    ask,
    2,
  );
  if (!found) return undefined;
  const { suggestion, minimumOverTen } = found;
  const rate = suggestion ?? minimumOverTen;
  if (rate === undefined) {
    void showWarning(
      vscode.l10n.t(
        'The curve is too short for a suggestion: there are too few texts. 0.01 is a good start.',
      ),
    );
    return undefined;
  }
  const copy = vscode.l10n.t('Copy');
  const train = vscode.l10n.t('Train with It');
  const shown = rateText(rate);
  const template =
    minimumOverTen === undefined || minimumOverTen === rate
      ? vscode.l10n.t('Suggested learning rate: {0}, where the loss falls fastest.')
      : vscode.l10n.t(
          'Suggested learning rate: {0}, where the loss falls fastest; a tenth of the rate with the lowest loss is {1}.',
        );
  const chosen = await showInformation(template, [shown, rateText(minimumOverTen ?? rate)], copy, train);
  if (chosen === copy) await vscode.env.clipboard.writeText(shown);
  return chosen === train ? Number(shown) : undefined;
}

/** Two digits say all there is to say about a learning rate. */
function rateText(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}
