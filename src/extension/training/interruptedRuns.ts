import * as vscode from 'vscode';
import { showError } from '../commands';
import { showWarning } from '../messages/notifications';
import type { RunView } from '../runView';
import type { Services } from '../services';
import { type CrashSite, isRepeatedCrash, ResumeOffers } from './resumeOffers';
import { resumeRun } from './runCommands';
import { showDashboard } from './startRun';

/** After the window's start, and when a trainer that a closing window left behind must have ended. */
const looks = [1000, 8000];
/** What the file system does not tell at once when a process was killed. */
const afterCrash = 500;

/** Offers to resume what was interrupted: once after the start, and when the trainer crashes. */
export function watchInterruptions(services: Services): vscode.Disposable {
  const { context, runs, training, log } = services;
  const offers = new ResumeOffers(context.globalState);
  const look = () => {
    offerResume(services, offers).catch((error: unknown) => showError(error, log));
  };
  const timers = looks.map((milliseconds) => setTimeout(look, milliseconds));
  let working: RunView | undefined;
  let lastCrash: CrashSite | undefined;
  const following = vscode.Disposable.from(
    runs.onEvent(() => {
      working = runs.active;
    }),
    runs.onChange(() => {
      // Of a crash the monitor hears first; which run it was is still to be said.
      working = runs.active ?? working;
    }),
  );
  const crashes = training.onStateChange((state) => {
    const run = working;
    if (state !== 'crashed' || !run) return;
    working = undefined;
    const site = { run: run.id, step: run.progress?.step ?? 0 };
    const again = isRepeatedCrash(lastCrash, site);
    lastCrash = site;
    timers.push(
      setTimeout(() => {
        tellCrash(services, offers, run, again).catch((error: unknown) => showError(error, log));
      }, afterCrash),
    );
  });
  return vscode.Disposable.from(following, crashes, {
    dispose: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  });
}

async function offerResume(services: Services, offers: ResumeOffers): Promise<void> {
  if (services.runs.active) return;
  const run = await offers.next(await services.runs.list());
  if (!run) return;
  await offer(services, run, vscode.l10n.t('Training “{0}” was interrupted.'), true);
}

async function tellCrash(
  services: Services,
  offers: ResumeOffers,
  run: RunView,
  again: boolean,
): Promise<void> {
  // It is spoken of now; the next window need not.
  await offers.next(await services.runs.list());
  const text = again
    ? vscode.l10n.t('The trainer ended at the same step of “{0}” again. See the log for the reason.')
    : vscode.l10n.t('The trainer ended unexpectedly; “{0}” was interrupted.');
  await offer(services, run, text, !again);
}

async function offer(
  services: Services,
  { id, name }: RunView,
  template: string,
  canResume: boolean,
): Promise<void> {
  const resume = vscode.l10n.t('Resume');
  const show = vscode.l10n.t('Show Dashboard');
  const log = vscode.l10n.t('Show Log');
  const buttons = canResume ? [resume, show] : [log, show];
  const chosen = await showWarning(template, [name], ...buttons);
  if (chosen === resume) await resumeRun(services, id);
  if (chosen === show) await showDashboard(id);
  if (chosen === log) services.log.show();
}
