import * as vscode from 'vscode';
import type { TrainEncoderInput } from '../../options/languageModel';
import type { EncoderManifest } from '../../store/manifest';
import type { Entry } from '../../store/entries';
import { pretrainedModel, type PretrainedModel } from '../../store/pretrainedModels';
import { sizeText } from '../explorer/quantities';
import { userLanguage } from '../explorer/userLanguage';
import type { Services } from '../services';
import { askTextColumns, type ColumnDraft, hasColumns, rowSummary } from './columnSteps';
import { askData } from './dataStep';
import { encoderOptions } from './encoderOptions';
import { encoderItem } from './encoderStep';
import { modelShapes, type ModelSize, modelSizes } from './modelSizes';
import { MultiStep } from './multiStep';
import { askName } from './nameStep';
import { plainText } from '../explorer/plainText';
import { askStart } from './startStep';
import { runSteps, type Step, type StepOutcome, type StepPlace } from './stepSequence';
import { languageModelDefaults } from './trainingSettings';

/** What was answered so far. */
export interface LanguageModelDraft extends ColumnDraft {
  pretrained?: Entry<EncoderManifest> | undefined;
  /** Instead of that, a model which is yet to be downloaded. */
  download?: PretrainedModel | undefined;
  size: ModelSize;
  epochs: number;
  /** The setting's if absent. */
  lr?: number;
  name?: string;
  replace?: boolean;
  saveTask?: boolean;
}

type LanguageModelStep = Step<MultiStep, LanguageModelDraft>;

/**
 * Asks what language model is to be trained.
 *
 * @param known answers about data and model that need not be asked for any more
 * @returns undefined if the user leaves
 */
export async function languageModelWizard(
  services: Services,
  known?: LanguageModelDraft,
): Promise<{ options: TrainEncoderInput; saveTask: boolean } | undefined> {
  const { entries } = await services.store.encoders.list();
  const taken = await services.store.encoders.names();
  const words = {
    placeholder: vscode.l10n.t('Name of the encoder'),
    suffix: '',
    exists: (name: string) => vscode.l10n.t('There is already an encoder “{0}”.', name),
  };
  const steps: LanguageModelStep[] = [
    ...(known ? [] : dataSteps(services, entries)),
    { ask: askEpochs },
    { ask: (ui, draft, place) => askName(ui, draft, place, words, taken) },
    { ask: (ui, draft, place) => askStart(ui, draft, place, summary(draft) + rowSummary(draft)) },
  ];
  const draft = known ?? emptyDraft();
  const ui = new MultiStep(vscode.l10n.t('Fine-Tune Language Model'));
  if (!(await runSteps(ui, steps, draft)) || draft.name === undefined) return undefined;
  const options = { ...requestFrom(draft, draft.name), ...(draft.replace ? { replace: true } : {}) };
  return { options, saveTask: draft.saveTask ?? false };
}

/** Asks on which data and model learning rates are to be tried. @returns undefined if the user leaves */
export async function learningRateWizard(services: Services): Promise<LanguageModelDraft | undefined> {
  const { entries } = await services.store.encoders.list();
  const draft = emptyDraft();
  const ui = new MultiStep(vscode.l10n.t('Find Learning Rate'));
  return (await runSteps(ui, dataSteps(services, entries), draft)) ? draft : undefined;
}

/** The request that the answers and the settings make together. */
export function requestFrom(
  { data, text, pretrained, download, size, epochs, lr, preview }: LanguageModelDraft,
  name: string,
): TrainEncoderInput {
  const columns = preview?.columns.length === 0 ? [] : text;
  // The sizes of a pretrained model are its own.
  const start = pretrained ?? download;
  const shape = start ? undefined : modelShapes[size];
  const defaults = languageModelDefaults();
  return encoderOptions(
    { name, data, text: columns, pretrained: start?.name, shape, epochs },
    lr === undefined ? defaults : { ...defaults, lr },
  );
}

function dataSteps(services: Services, encoders: readonly Entry<EncoderManifest>[]): LanguageModelStep[] {
  return [
    { ask: (ui, draft, place) => askData(services, ui, draft, place) },
    { ask: askTextColumns, applies: hasColumns },
    { ask: (ui, draft, place) => askPretrained(ui, draft, place, encoders) },
    { ask: askSize, applies: ({ pretrained, download }) => !pretrained && !download },
  ];
}

function emptyDraft(): LanguageModelDraft {
  const { size, epochs } = languageModelDefaults();
  return { data: [], text: [], size, epochs };
}

async function askPretrained(
  ui: MultiStep,
  draft: LanguageModelDraft,
  place: StepPlace,
  encoders: readonly Entry<EncoderManifest>[],
): Promise<StepOutcome> {
  const none: StartItem = {
    label: vscode.l10n.t('Nothing'),
    description: vscode.l10n.t('learns the language from these texts alone'),
    iconPath: new vscode.ThemeIcon('circle-slash'),
  };
  const items: StartItem[] = [
    none,
    ...downloadItems(encoders),
    ...encoders.map((entry) => ({ ...encoderItem(entry), entry })),
  ];
  const answer = await ui.pickOne<StartItem>(
    { placeholder: vscode.l10n.t('Start from'), ...place },
    items,
    ({ entry, download }) =>
      entry?.name === draft.pretrained?.name && download?.name === draft.download?.name,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.pretrained = answer.value.entry;
  draft.download = answer.value.download;
  return 'next';
}

interface StartItem extends vscode.QuickPickItem {
  readonly entry?: Entry<EncoderManifest>;
  readonly download?: PretrainedModel;
}

/** The pretrained model, unless the store has it. */
function downloadItems(encoders: readonly Entry<EncoderManifest>[]): StartItem[] {
  const download = pretrainedModel('wt103');
  if (!download || encoders.some(({ name }) => name === download.name)) return [];
  return [
    {
      download,
      label: vscode.l10n.t('WikiText-103 (English)'),
      description: vscode.l10n.t('is downloaded first, {0}', sizeText(download.bytes, userLanguage)),
      detail: vscode.l10n.t('knows English already: the better start for English texts'),
      iconPath: new vscode.ThemeIcon('cloud-download'),
    },
  ];
}

async function askSize(ui: MultiStep, draft: LanguageModelDraft, place: StepPlace): Promise<StepOutcome> {
  const descriptions: Record<ModelSize, string> = {
    small: vscode.l10n.t('minutes; for a first look and for short texts'),
    medium: vscode.l10n.t('a good start on a computer without a GPU'),
    full: vscode.l10n.t('as in the paper; hours without a GPU'),
  };
  const labels: Record<ModelSize, string> = {
    small: vscode.l10n.t('Small'),
    medium: vscode.l10n.t('Medium'),
    full: vscode.l10n.t('Full'),
  };
  const answer = await ui.pickOne(
    { placeholder: vscode.l10n.t('Size of the model'), ...place },
    modelSizes.map((size) => {
      const { embSz, nHid, nLayers } = modelShapes[size];
      const shape = vscode.l10n.t('{0} per word, {1} hidden, {2} layers', embSz, nHid, nLayers);
      return { size, label: labels[size], description: shape, detail: descriptions[size] };
    }),
    ({ size }) => size === draft.size,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.size = answer.value.size;
  return 'next';
}

async function askEpochs(ui: MultiStep, draft: LanguageModelDraft, place: StepPlace): Promise<StepOutcome> {
  const placeholder = vscode.l10n.t('Epochs: how often every text is read');
  const answer = await ui.input({ placeholder, ...place }, String(draft.epochs), (text) =>
    /^[1-9]\d{0,3}$/u.test(text.trim()) ? undefined : vscode.l10n.t('A whole number from 1 to 9999.'),
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.epochs = Number(answer.value);
  return 'next';
}

function summary({ name = '', data, text, epochs }: LanguageModelDraft): string {
  const columns = text.length === 0 ? '' : ` (${text.map((column) => plainText(column, 30)).join(', ')})`;
  const files = data.map((path) => plainText(vscode.workspace.asRelativePath(path), 60)).join(', ');
  return vscode.l10n.t('“{0}” from {1}{2}; epochs: {3}', name, files, columns, epochs);
}
