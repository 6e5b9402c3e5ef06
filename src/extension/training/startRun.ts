import * as vscode from 'vscode';
import type { TrainClassifierInput } from '../../options/classifier';
import type { TrainEncoderInput } from '../../options/languageModel';
import { showInformation, showProgress } from '../messages/notifications';
import { ensurePretrained } from '../modelFiles/downloadPretrained';
import type { Services } from '../services';

/** Something to train. */
export type Training =
  | { readonly kind: 'encoder'; readonly options: TrainEncoderInput }
  | { readonly kind: 'classifier'; readonly options: TrainClassifierInput };

/** Whether a run can be started now; if not, says which one goes on and offers to look at it. */
export async function isIdle({ runs }: Services): Promise<boolean> {
  const { active } = runs;
  if (!active) return true;
  const show = vscode.l10n.t('Show Dashboard');
  const chosen = await showInformation(
    vscode.l10n.t('“{0}” is being trained, and one window trains one thing at a time.'),
    [active.name],
    show,
  );
  if (chosen === show) await showDashboard(active.id);
  return false;
}

/**
 * Starts a run and shows the dashboard, unless another run goes on.
 *
 * @param onStarted what is to be noted of the run before anything else can happen
 */
export async function startRun(
  services: Services,
  training: Training,
  onStarted: (id: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (!(await isIdle(services))) return;
  if (training.kind === 'encoder' && !(await ensurePretrained(services, training.options))) return;
  const { runs } = services;
  const starting = () =>
    training.kind === 'encoder'
      ? runs.start('encoder', training.options)
      : runs.start('classifier', training.options);
  const template = vscode.l10n.t('Starting the trainer…');
  const id = await showProgress({ template, inStatusBar: true }, starting);
  await onStarted(id);
  await showDashboard(id);
}

export async function showDashboard(id: string): Promise<void> {
  await vscode.commands.executeCommand('ulmfit.showDashboard', id);
}
