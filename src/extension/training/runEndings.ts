import * as vscode from 'vscode';
import type { RunEvent, RunEventOf } from '../../protocol/events';
import { showError } from '../commands';
import type { Subscription } from '../listeners';
import { showInformation, showProblem } from '../messages/notifications';
import { userError, userText } from '../messages/userText';
import type { Services } from '../services';
import type { FollowUps } from './followUps';
import { showDashboard, startRun } from './startRun';

/**
 * Says how a run ended, if nobody was looking or if it failed, and starts what is to be trained after it.
 */
export function watchRunEndings(services: Services, followUps: FollowUps): Subscription {
  return services.runs.onEvent((id, event) => {
    handle(services, followUps, id, event).catch((error: unknown) => showError(error, services.log));
  });
}

async function handle(services: Services, followUps: FollowUps, id: string, event: RunEvent): Promise<void> {
  const next = await followUps.handle(id, event);
  if (next) {
    await startRun(services, { kind: 'classifier', options: next });
    return;
  }
  if (event.event === 'error') await tellFailure(id, event);
  else if (event.event === 'cancelled' && event.message !== undefined)
    await tellUnsaved(services, id, event.message);
  else if (event.event === 'result' && !vscode.window.state.focused) await tellResult(id, event);
}

async function tellFailure(id: string, error: RunEventOf<'error'>): Promise<void> {
  const show = vscode.l10n.t('Show Dashboard');
  const template = vscode.l10n.t('Training failed: {0}');
  if ((await showProblem(template, [userError(error)], show)) === show) await showDashboard(id);
}

/** Somebody has stopped the run, and expects something to be kept. */
async function tellUnsaved({ store }: Services, id: string, message: string): Promise<void> {
  const { name } = await store.runs.read(id);
  await showInformation(vscode.l10n.t('“{0}” was stopped. {1}'), [name, userText(message)]);
}

async function tellResult(id: string, { kind, name, stopped = false }: RunEventOf<'result'>): Promise<void> {
  const show = vscode.l10n.t('Show Dashboard');
  const use = kind === 'classifier' ? vscode.l10n.t('Use Model') : vscode.l10n.t('Train Classifier');
  const template = stopped
    ? vscode.l10n.t('“{0}” was stopped; the best so far is kept.')
    : vscode.l10n.t('“{0}” is trained.');
  const chosen = await showInformation(template, [name], show, use);
  if (chosen === show) await showDashboard(id);
  if (chosen !== use) return;
  if (kind === 'classifier')
    await vscode.commands.executeCommand('ulmfit.chooseModel', { kind: 'model', name });
  else await vscode.commands.executeCommand('ulmfit.trainClassifier', { kind: 'encoder', name });
}
