import type { Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import type { RunFile, RunStatus } from '../../store/runs';
import { runsThatMade } from '../../store/runsThatMade';
import { UlmfitError } from '../../errors';
import { diskBytes, mainMetric } from './entryFacts';
import type { Language } from './language';
import { isMadeFrom } from './lineage';
import { type ExplorerNode, storeKind } from './nodes';
import { visibleText } from './plainText';
import { dateText, sizeText } from './quantities';
import { isGoingOn } from './runFacts';

/** All that matters for what is lost. */
export interface StoreContents {
  readonly encoders: readonly Entry<EncoderManifest>[];
  readonly models: readonly Entry<ModelManifest>[];
  readonly runs: readonly { readonly id: string; readonly run: RunFile; readonly status: RunStatus }[];
  /** The name of the model in use. */
  readonly inUse?: string | undefined;
}

/** What a confirmation asks. */
export interface DeletionQuestion {
  readonly message: string;
  readonly detail: string;
}

const shownNames = 5;
const shownNodes = 8;

/**
 * The question before something is deleted, which names what is lost.
 *
 * @throws {UlmfitError} `bad-setting` if a run among them goes on
 */
export function deletionQuestion(
  nodes: readonly ExplorerNode[],
  contents: StoreContents,
  toTrash: boolean,
  language: Language,
): DeletionQuestion {
  const { l10n } = language;
  refuseGoingOn(nodes, contents, language);
  const [first] = nodes;
  const losses = nodes.slice(0, shownNodes).map((node) => lossOf(node, contents, nodes, language));
  if (nodes.length > shownNodes) losses.push(l10n.t('… and {0} more.', nodes.length - shownNodes));
  const runs = runsBehind(nodes, contents).length;
  if (runs > 0) {
    losses.push(
      l10n.t(
        'Runs that made it, with excerpts of its texts: {0}. They stay unless you delete them, too.',
        runs,
      ),
    );
  }
  const ending = toTrash
    ? l10n.t('It can be brought back from the trash.')
    : l10n.t('This cannot be undone.');
  return {
    message:
      nodes.length === 1 && first
        ? singleQuestion(first, contents, language)
        : l10n.t('Delete these {0}?', nodes.length),
    detail: [...losses, ending].join('\n\n'),
  };
}

/** The models that were made from an encoder. */
export function modelsFrom(
  encoder: string,
  { models, encoders }: Pick<StoreContents, 'models' | 'encoders'>,
): string[] {
  return models.filter(({ manifest }) => isMadeFrom(manifest, encoder, encoders)).map(({ name }) => name);
}

/** Runs that have not ended and begin from an encoder: they cannot be resumed without it. */
export function unfinishedRunsFrom(encoder: string, runs: StoreContents['runs']): string[] {
  return runs
    .filter(({ status }) => isGoingOn(status) || status === 'paused' || status === 'interrupted')
    .filter(({ run }) => run.options[run.kind === 'encoder' ? 'pretrained' : 'encoder'] === encoder)
    .map(({ run }) => run.name);
}

/** The runs that encoders and models come from, unless they go anyway. */
export function runsBehind(nodes: readonly ExplorerNode[], contents: StoreContents): ExplorerNode[] {
  const doomed = new Set(nodes.filter((node) => storeKind(node) === 'run').map(({ name }) => name));
  const found = new Set<string>();
  for (const node of nodes) {
    const kind = storeKind(node);
    if (kind === 'run') continue;
    for (const { id } of runsThatMade({ kind, name: node.name }, contents))
      if (!doomed.has(id)) found.add(id);
  }
  return [...found].map((name) => ({ kind: 'run', name }));
}

/** @throws {UlmfitError} `bad-setting` if a run among them goes on */
export function refuseGoingOn(
  nodes: readonly ExplorerNode[],
  contents: StoreContents,
  language: Language,
): void {
  for (const node of nodes) refuseIfGoingOn(node, contents, language);
}

function refuseIfGoingOn(node: ExplorerNode, { runs }: StoreContents, { l10n }: Language): void {
  const run = node.kind === 'run' ? runs.find(({ id }) => id === node.name) : undefined;
  if (!run || !isGoingOn(run.status)) return;
  throw new UlmfitError(
    'bad-setting',
    l10n.t('The run of "{0}" is going on.', visibleText(run.run.name)),
    l10n.t('Stop or discard it first.'),
  );
}

function singleQuestion(node: ExplorerNode, { runs }: StoreContents, { l10n }: Language): string {
  const name = visibleText(node.name);
  switch (storeKind(node)) {
    case 'encoder':
      return l10n.t('Delete the encoder "{0}"?', name);
    case 'model':
      return l10n.t('Delete the model "{0}"?', name);
    case 'run': {
      const run = runs.find(({ id }) => id === node.name);
      return l10n.t('Delete the run of "{0}"?', run ? visibleText(run.run.name) : name);
    }
  }
}

/** One paragraph for each thing that goes. */
function lossOf(
  node: ExplorerNode,
  contents: StoreContents,
  doomed: readonly ExplorerNode[],
  language: Language,
): string {
  const { l10n } = language;
  if (node.kind === 'broken') return l10n.t('"{0}" cannot be read; its folder goes.', visibleText(node.name));
  switch (storeKind(node)) {
    case 'encoder':
      return encoderLoss(node.name, contents, doomed, language);
    case 'model':
      return modelLoss(node.name, contents, language);
    case 'run':
      return runLoss(node.name, contents, language);
  }
}

function encoderLoss(
  name: string,
  { encoders, models, runs }: StoreContents,
  doomed: readonly ExplorerNode[],
  language: Language,
): string {
  const { l10n } = language;
  const entry = encoders.find((encoder) => encoder.name === name);
  const sentences = [l10n.t('Encoder {0}.', described(name, entry, language))];
  const goes = (model: string) => doomed.some((node) => node.kind === 'model' && node.name === model);
  const staying = modelsFrom(name, { models, encoders }).filter((model) => !goes(model));
  if (staying.length > 0) {
    sentences.push(
      l10n.t(
        'Made from it: {0}. These go on working, but new ones cannot be trained on it.',
        listed(staying, language),
      ),
    );
  }
  const waiting = unfinishedRunsFrom(name, runs);
  if (waiting.length > 0) {
    sentences.push(l10n.t('Runs that need it to go on: {0}.', listed(waiting, language)));
  }
  return sentences.join(' ');
}

function modelLoss(name: string, { models, inUse }: StoreContents, language: Language): string {
  const entry = models.find((model) => model.name === name);
  const sentence = language.l10n.t('Model {0}.', described(name, entry, language));
  return inUse === name ? `${sentence} ${language.l10n.t('It is the model in use.')}` : sentence;
}

function runLoss(id: string, { runs }: StoreContents, language: Language): string {
  const { l10n } = language;
  const run = runs.find((each) => each.id === id);
  const name = visibleText(run?.run.name ?? id);
  const date = run === undefined ? '' : dateText(run.run.createdAt, language);
  const kept = l10n.t(
    'Run of "{0}", {1}: its curves, samples and checkpoints. What it saved stays.',
    name,
    date,
  );
  const open = run?.status === 'paused' || run?.status === 'interrupted';
  return open ? `${kept} ${l10n.t('It can then no longer be resumed.')}` : kept;
}

/** `"mail" (12.3 MB, perplexity 43.2)` */
function described(
  name: string,
  entry: Entry<EncoderManifest> | Entry<ModelManifest> | undefined,
  language: Language,
): string {
  const quoted = `"${visibleText(name)}"`;
  if (entry === undefined) return quoted;
  const { kind, metrics } = entry.manifest;
  const facts = [sizeText(diskBytes(entry), language), mainMetric(kind, metrics, language)];
  return `${quoted} (${facts.filter((fact) => fact !== '').join(', ')})`;
}

function listed(names: readonly string[], { l10n }: Language): string {
  const shown = names.slice(0, shownNames).map((name) => visibleText(name, 40));
  const more = names.length - shown.length;
  return more > 0 ? l10n.t('{0} and {1} more', shown.join(', '), more) : shown.join(', ');
}
