import type { Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import type { RunView } from '../runView';
import { entryFacts } from './entryFacts';
import type { Facts } from './facts';
import type { Language } from './language';
import { visibleText, withoutIcons } from './plainText';
import { percentText } from './quantities';
import { runFacts, shareDone, timeLeft } from './runFacts';

/** What the status bar item shows. */
export interface StatusItem {
  /** With icons, as the status bar draws them. */
  readonly text: string;
  /** The text for screen readers. */
  readonly label: string;
  readonly facts: Facts;
  readonly command: 'ulmfit.showDashboard' | 'ulmfit.chooseModel';
  /** The run to show. */
  readonly argument?: string;
}

const shownName = 24;

/**
 * The run that goes on, else the model in use, else nothing.
 *
 * @param encoders all of the store, for where the model comes from
 */
export function statusItem(
  active: RunView | undefined,
  model: Entry<ModelManifest> | undefined,
  encoders: readonly Entry<EncoderManifest>[],
  language: Language,
): StatusItem | undefined {
  if (active) return runItem(active, language);
  if (!model) return undefined;
  const name = visibleText(model.name, shownName);
  return {
    text: `$(tag) ${withoutIcons(name)}`,
    label: language.l10n.t('ULMFiT: the model in use is {0}', name),
    facts: entryFacts(model, { encoders, inUse: true }, language),
    command: 'ulmfit.chooseModel',
  };
}

function runItem(run: RunView, language: Language): StatusItem {
  const { l10n } = language;
  const name = visibleText(run.name, shownName);
  const silent = run.status === 'not-responding';
  const share = shareDone(run);
  const percent = share === undefined ? '' : ` ${percentText(share)}`;
  const left = timeLeft(run, language);
  const state = silent ? l10n.t('not responding') : left;
  const words = `${percent}${state === '' ? '' : ` · ${state}`}`;
  return {
    text: `$(${silent ? 'warning' : 'sync~spin'}) ${withoutIcons(name)}${words}`,
    label: l10n.t('ULMFiT: training {0}', `${name}${words}`),
    facts: runFacts(run, undefined, language),
    command: 'ulmfit.showDashboard',
    argument: run.id,
  };
}
