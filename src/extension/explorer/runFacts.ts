import type { RunStatus } from '../../store/runs';
import type { RunView } from '../runView';
import { mainMetric, metricFacts } from './entryFacts';
import { userText } from '../messages/userText';
import type { Fact, Facts } from './facts';
import type { Language } from './language';
import { visibleText } from './plainText';
import { countText, dateText, durationText, percentText, sizeText } from './quantities';

/** Behind the name in the tree: where a run is, or how it ended. */
export function runDescription(run: RunView, language: Language): string {
  const { l10n } = language;
  if (run.isElsewhere) return joined([l10n.t('in another window'), ...progressParts(run, language)]);
  const share = shareDone(run);
  const at = (state: string) => (share === undefined ? state : `${state} · ${percentText(share)}`);
  switch (run.status) {
    case 'running':
      return joined(progressParts(run, language));
    case 'not-responding':
      return at(l10n.t('not responding'));
    case 'paused':
      return at(l10n.t('paused'));
    case 'interrupted':
      return at(l10n.t('interrupted'));
    case 'failed':
      return l10n.t('failed');
    case 'cancelled':
      return l10n.t('cancelled');
    case 'done':
      return joined([
        run.result?.stopped ? l10n.t('stopped early') : '',
        mainMetric(run.kind === 'encoder' ? 'encoder' : 'model', run.result?.metrics ?? {}, language),
        run.result?.seconds === undefined ? '' : durationText(run.result.seconds, language),
      ]);
  }
}

/**
 * How a run is called in its menu's conditions (`viewItem`); one that does not respond is still going on, and one of
 * another window can only be looked at.
 */
export function runContextValue({
  status,
  isElsewhere = false,
}: Pick<RunView, 'status' | 'isElsewhere'>): string {
  if (isElsewhere) return 'run.elsewhere';
  return `run.${status === 'not-responding' ? 'running' : status}`;
}

export function isGoingOn(status: RunStatus): boolean {
  return status === 'running' || status === 'not-responding';
}

/** Part of the run that is done, 0 to 1; of the preparation while that goes on; undefined where nobody knows yet. */
export function shareDone({ started, progress }: RunView): number | undefined {
  if (progress === undefined) return undefined;
  if (progress.part === 'prepare' || started === undefined) {
    return progress.batches === 0 ? undefined : progress.batch / progress.batches;
  }
  // Of a long run that was trained further, a list may know the plan that it began with.
  return started.steps === 0 ? undefined : Math.min(1, (progress.step ?? 0) / started.steps);
}

/** `2 min`, or empty where it is not known. */
export function timeLeft({ progress }: RunView, language: Language): string {
  const seconds = progress?.part === 'prepare' ? undefined : progress?.seconds_left;
  return seconds === undefined ? '' : durationText(seconds, language);
}

/**
 * What is known of a run.
 *
 * @param bytes size of its folder on the disk, where it was looked at
 */
export function runFacts(run: RunView, bytes: number | undefined, language: Language): Facts {
  const { l10n } = language;
  const { started, progress, result, error } = run;
  const lines: Fact[] = [
    { label: l10n.t('Makes'), value: run.kind === 'encoder' ? l10n.t('an encoder') : l10n.t('a model') },
    { label: l10n.t('State'), value: runDescription(run, language) || l10n.t('starting') },
  ];
  if (isGoingOn(run.status) && progress?.tokens_per_second !== undefined) {
    const speed = countText(Math.round(progress.tokens_per_second), language);
    lines.push({ label: l10n.t('Speed'), value: l10n.t('{0} words per second', speed) });
  }
  const lastEpoch = run.epochs.at(-1);
  if (result) lines.push(...metricFacts(result.metrics, language));
  else if (lastEpoch) lines.push(...metricFacts(epochMetrics(lastEpoch), language));
  for (const name of ['train_rows', 'valid_rows', 'classes', 'vocab']) {
    const count = started?.data?.[name];
    if (count !== undefined) lines.push({ label: name, value: countText(count, language) });
  }
  if (started?.engine !== undefined) {
    lines.push({ label: l10n.t('Engine'), value: visibleText(started.engine) });
  }
  lines.push({ label: l10n.t('Begun'), value: dateText(run.createdAt, language) });
  if (bytes !== undefined) lines.push({ label: l10n.t('On disk'), value: sizeText(bytes, language) });
  lines.push({ label: l10n.t('Run'), value: visibleText(run.id) });
  const notes =
    run.status === 'failed' && error
      ? [visibleText(userText(error.message), 1000), visibleText(userText(error.remedy), 1000)]
      : run.isElsewhere
        ? [
            l10n.t(
              'Another window or a command line trains it. Pause or stop it there; here it can only be watched.',
            ),
          ]
        : statusNotes(run, language);
  return { title: visibleText(run.name), lines, notes };
}

function progressParts(run: RunView, language: Language): string[] {
  const { l10n } = language;
  const { started, progress } = run;
  const share = shareDone(run);
  const percent = share === undefined ? '' : percentText(share);
  if (progress === undefined) return [l10n.t('starting')];
  if (progress.part === 'prepare') return [l10n.t('reading texts'), percent];
  const epoch = started === undefined ? '' : l10n.t('epoch {0}/{1}', currentEpoch(run), started.epochs);
  const left = timeLeft(run, language);
  return [
    epoch,
    percent,
    progress.part === 'valid' ? l10n.t('validating') : '',
    left === '' ? '' : l10n.t('{0} left', left),
  ];
}

/** Validation tells the epoch it belongs to as a number that may not be whole; the plan says how many there are. */
function currentEpoch({ started, progress }: RunView): number {
  const epoch = Math.max(1, Math.ceil(progress?.epoch ?? 1));
  return Math.min(epoch, started?.epochs ?? epoch);
}

function epochMetrics(epoch: RunView['epochs'][number]): Record<string, number | null> {
  const metrics: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(epoch)) {
    const aside = ['event', 'time', 'phase', 'epoch', 'seconds'].includes(name);
    if (!aside && (typeof value === 'number' || value === null)) metrics[name] = value;
  }
  return metrics;
}

function statusNotes({ status, cancelled }: RunView, { l10n }: Language): string[] {
  switch (status) {
    case 'interrupted':
      return [l10n.t('Its process ended without a word. Resume goes on from the last checkpoint.')];
    case 'not-responding':
      return [l10n.t('Its process gives no sign of life. Stop ends it; the last checkpoint stays.')];
    case 'paused':
      return [l10n.t('Resume goes on exactly where it stopped.')];
    case 'cancelled':
      return cancelled?.message === undefined ? [] : [userText(cancelled.message)];
    case 'running':
    case 'failed':
    case 'done':
      return [];
  }
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
