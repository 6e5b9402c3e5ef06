import * as vscode from 'vscode';
import type { CommandHandlers } from '../commands';
import { nameInTheWay } from '../../store/runNames';
import { ask } from '../messages/notifications';
import type { Services } from '../services';
import { refuseUntrustedData } from '../trust';
import { workspaceTrust } from '../workspaceTrust';
import type { FollowUps } from './followUps';
import { pickRun } from './pickRun';
import { isReplacingMeant } from './replaceQuestion';
import { isIdle, showDashboard } from './startRun';

/** Pause, resume, stop and discard: of the node or the id given, of the run that goes on, or of one that is picked. */
export function runCommands(services: Services, followUps: FollowUps): CommandHandlers {
  const { runs } = services;
  return {
    pauseRun: async (given?: unknown) => {
      const id = await pickRun(services, given, ['running'], vscode.l10n.t('Run to pause'));
      if (id !== undefined) await runs.pause(id);
    },
    resumeRun: async (given?: unknown) => {
      const resumable = ['paused', 'interrupted', 'failed'] as const;
      const id = await pickRun(services, given, resumable, vscode.l10n.t('Run to resume'));
      if (id !== undefined) await resumeRun(services, id);
    },
    stopRun: async (given?: unknown) => {
      const working = ['running', 'not-responding'] as const;
      const id = await pickRun(
        services,
        given,
        working,
        vscode.l10n.t('Run to stop; the best so far is kept'),
      );
      if (id !== undefined) await runs.stop(id);
    },
    discardRun: async (given?: unknown) => {
      const unfinished = ['running', 'not-responding', 'paused', 'interrupted', 'failed'] as const;
      const id = await pickRun(services, given, unfinished, vscode.l10n.t('Run to discard'));
      if (id === undefined || !(await isDiscardMeant(services, id))) return;
      await runs.discard(id);
      await followUps.remove(id);
    },
  };
}

/** Goes on with a run and shows the dashboard, unless another run goes on. */
export async function resumeRun(services: Services, id: string): Promise<void> {
  if (!(await isIdle(services))) return;
  const run = await services.store.runs.read(id);
  const { options } = run;
  await refuseUntrustedData([options['data'], options['valid']].flat().filter(isText), workspaceTrust());
  const other = await nameInTheWay(services.store, run);
  // What differs in case alone cannot be replaced; the trainer says what to do.
  const isSame = other === run.name.normalize('NFC');
  if (other !== undefined && isSame && !(await isReplacingMeant([other]))) return;
  await services.runs.resume(id, isSame);
  await showDashboard(id);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

async function isDiscardMeant({ runs, store }: Services, id: string): Promise<boolean> {
  const name = runs.active?.id === id ? runs.active.name : (await store.runs.read(id)).name;
  const discard = vscode.l10n.t('Discard');
  const template = vscode.l10n.t('Discard the run “{0}”?');
  const detail = vscode.l10n.t('What it has learned so far is deleted with its checkpoints.');
  return (await ask({ template, values: [name], detail, isWarning: true }, discard)) === discard;
}
