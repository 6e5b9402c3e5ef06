import type { BrokenEntry, Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import { userText } from '../messages/userText';
import type { PretrainedModel } from '../../store/pretrainedModels';
import type { Fact, Facts } from './facts';
import type { Language } from './language';
import { originsOf } from './lineage';
import { visibleText } from './plainText';
import { countText, dateText, metricText, sizeText } from './quantities';

type StoredEntry = Entry<EncoderManifest> | Entry<ModelManifest>;

/** The metric that says most, then the next best where it was not measured. */
const mainMetrics = { encoder: ['perplexity', 'valid_loss'], model: ['accuracy', 'macro_f1', 'valid_loss'] };
const shownFiles = 5;
const shownClasses = 20;

/** Behind the name in the tree: `in use · accuracy 91.2 %` */
export function entryDescription({ manifest }: StoredEntry, inUse: boolean, language: Language): string {
  const parts = [mainMetric(manifest.kind, manifest.metrics, language)];
  if (readsBackwards(manifest)) parts.unshift(language.l10n.t('backwards'));
  if (membersOf(manifest)) parts.unshift(language.l10n.t('ensemble'));
  if (inUse) parts.unshift(language.l10n.t('in use'));
  return parts.filter((part) => part !== '').join(' · ');
}

/** `perplexity 43.21`; empty where nothing was measured. */
export function mainMetric(
  kind: 'encoder' | 'model',
  metrics: Readonly<Record<string, number | null>>,
  language: Language,
): string {
  for (const name of mainMetrics[kind]) {
    const value = metrics[name];
    if (typeof value === 'number') return `${name} ${metricText(name, value, language)}`;
  }
  return '';
}

/** What is known of an entry besides its own manifest. */
export interface EntrySurroundings {
  /** All encoders of the store. */
  readonly encoders: readonly Entry<EncoderManifest>[];
  readonly inUse: boolean;
  /** What computed it, where its run still tells. */
  readonly engine?: string | undefined;
}

export function entryFacts(entry: StoredEntry, around: EntrySurroundings, language: Language): Facts {
  const { manifest } = entry;
  const { l10n } = language;
  const { data } = manifest.lineage;
  const { emb_sz: embeddings, n_hid: hidden, n_layers: layers } = manifest.config;
  const lines: Fact[] = metricFacts(manifest.metrics, language);
  if (manifest.kind === 'model')
    lines.push({ label: l10n.t('Classes'), value: classesText(manifest, language) });
  if (data) {
    lines.push({ label: l10n.t('Data'), value: filesText(data.files, language) });
    lines.push({ label: l10n.t('Rows'), value: countText(data.rows, language) });
  }
  const members = membersOf(manifest);
  if (members) lines.push({ label: l10n.t('Averages'), value: membersText(members, language) });
  else lines.push({ label: l10n.t('Made from'), value: lineageText(entry, around.encoders, language) });
  if (readsBackwards(manifest))
    lines.push({ label: l10n.t('Reads'), value: l10n.t('from the end of a text') });
  lines.push({
    label: l10n.t('Layers'),
    value: l10n.t('{0} × AWD-LSTM, {1} hidden, {2} embeddings', layers, hidden, embeddings),
  });
  if (around.engine !== undefined) lines.push({ label: l10n.t('Engine'), value: visibleText(around.engine) });
  lines.push({ label: l10n.t('On disk'), value: sizeText(diskBytes(entry), language) });
  lines.push({ label: l10n.t('Saved'), value: dateText(manifest.createdAt, language) });
  return {
    title: visibleText(entry.name),
    lines,
    ...(around.inUse ? { notes: [l10n.t('This model classifies what you select.')] } : {}),
  };
}

/** Size of all files of an entry, as its manifest has it. */
export function diskBytes({ manifest }: StoredEntry): number {
  return Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What is wrong with a folder that cannot be read, and what to do about it. */
export function brokenFacts({ name, error }: Pick<BrokenEntry, 'name' | 'error'>, language: Language): Facts {
  return {
    title: language.l10n.t('{0} cannot be read', visibleText(name)),
    lines: [],
    notes: [visibleText(userText(error.message), 1000), visibleText(userText(error.remedy), 1000)],
  };
}

/** What is known of a pretrained model that is not there yet. */
export function availableFacts({ name, bytes }: PretrainedModel, language: Language): Facts {
  const { l10n } = language;
  return {
    title: name,
    lines: [
      { label: l10n.t('Language'), value: l10n.t('English (WikiText-103)') },
      { label: l10n.t('Download'), value: sizeText(bytes, language) },
    ],
    notes: [
      l10n.t(
        'A language model that fastai trained on Wikipedia. It is downloaded once, when you ask for it.',
      ),
    ],
  };
}

/** Metrics by their exact names, in the order of the manifest. */
export function metricFacts(metrics: Readonly<Record<string, number | null>>, language: Language): Fact[] {
  return Object.entries(metrics)
    .slice(0, 20)
    .map(([name, value]) => ({
      label: visibleText(name, 40),
      value: value === null ? '–' : metricText(name, value, language),
    }));
}

/** `tickets → mail → wt103` */
export function lineageText(
  { name, manifest }: StoredEntry,
  encoders: readonly Entry<EncoderManifest>[],
  { l10n }: Language,
): string {
  const origins = originsOf(manifest, encoders);
  const steps = origins.map((origin) => {
    const shown = visibleText(origin.name);
    if (origin.place === 'missing') return l10n.t('{0} (not in the store any more)', shown);
    return origin.place === 'replaced' ? l10n.t('{0} (as it was before it was made anew)', shown) : shown;
  });
  const { source } = manifest.lineage;
  if (source) steps.push(visibleText(source.file));
  if (steps.length === 0 && manifest.kind === 'encoder') return l10n.t('its texts alone, nothing pretrained');
  return [visibleText(name), ...steps].join(' → ');
}

type Members = NonNullable<ModelManifest['members']>;

/** Those of an ensemble. */
function membersOf(manifest: StoredEntry['manifest']): Members | undefined {
  return manifest.kind === 'model' ? manifest.members : undefined;
}

function readsBackwards({ config }: Pick<EncoderManifest, 'config'>): boolean {
  return config.backwards === true;
}

/** Copies of models, so the names are what these were called when the ensemble was made. */
function membersText(members: Members, { l10n }: Language): string {
  return members
    .map((member) => {
      const name = visibleText(member.name, 60);
      return readsBackwards(member) ? l10n.t('{0} (backwards)', name) : name;
    })
    .join(', ');
}

function filesText(files: readonly string[], { l10n }: Language): string {
  const shown = files.slice(0, shownFiles).map((file) => visibleText(file, 60));
  const more = files.length - shown.length;
  return more > 0 ? l10n.t('{0} and {1} more', shown.join(', '), more) : shown.join(', ');
}

function classesText({ classes }: ModelManifest, language: Language): string {
  const shown = classes.slice(0, shownClasses).map((label) => visibleText(label, 40));
  const more = classes.length - shown.length;
  const names = more > 0 ? language.l10n.t('{0} and {1} more', shown.join(', '), more) : shown.join(', ');
  return `${countText(classes.length, language)}: ${names}`;
}
