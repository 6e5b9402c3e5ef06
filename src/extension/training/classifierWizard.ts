import * as vscode from 'vscode';
import type { ClassWeighting, TrainClassifierInput } from '../../options/classifier';
import type { Services } from '../services';
import { classifierOptions } from './classifierOptions';
import {
  askClassWeights,
  askLabelColumn,
  askTextColumns,
  classSummary,
  type ColumnDraft,
  hasColumns,
  rowSummary,
  unbalancedClasses,
} from './columnSteps';
import { askData } from './dataStep';
import { chooseEncoder } from './encoderStep';
import { MultiStep } from './multiStep';
import { askName } from './nameStep';
import { askStart } from './startStep';
import { runSteps, type Step } from './stepSequence';
import { classifierDefaults } from './trainingSettings';

/** What was answered so far. */
export interface ClassifierDraft extends ColumnDraft {
  encoder?: string;
  /** The setting's to begin with. */
  classWeights: ClassWeighting;
  /** Of the first phase; the setting's if absent. */
  lr?: number;
  name?: string;
  replace?: boolean;
  saveTask?: boolean;
}

type ClassifierStep = Step<MultiStep, ClassifierDraft>;

/**
 * Asks what classifier is to be trained.
 *
 * @param encoder to train on; asked for if absent
 * @param known answers about data and encoder that need not be asked for any more
 * @returns undefined if the user leaves
 */
export async function classifierWizard(
  services: Services,
  encoder: string | undefined,
  known?: ClassifierDraft,
): Promise<{ options: TrainClassifierInput; saveTask: boolean } | undefined> {
  const taken = await services.store.models.names();
  const words = {
    placeholder: vscode.l10n.t('Name of the model'),
    suffix: '-classifier',
    exists: (name: string) => vscode.l10n.t('There is already a model “{0}”.', name),
  };
  const steps: ClassifierStep[] = [
    ...(known ? [] : await dataSteps(services, encoder)),
    { ask: (ui, draft, place) => askName(ui, draft, place, words, taken) },
    { ask: (ui, draft, place) => askStart(ui, draft, place, summary(draft) + rowSummary(draft)) },
  ];
  const draft = known ?? emptyDraft(encoder);
  const ui = new MultiStep(vscode.l10n.t('Train Classifier'));
  if (!(await runSteps(ui, steps, draft)) || draft.name === undefined) return undefined;
  const options = classifierRequest(draft, draft.name);
  if (!options) return undefined;
  return {
    options: { ...options, ...(draft.replace ? { replace: true } : {}) },
    saveTask: draft.saveTask ?? false,
  };
}

/** Asks on which data and encoder learning rates are to be tried. @returns undefined if the user leaves */
export async function classifierRateWizard(services: Services): Promise<ClassifierDraft | undefined> {
  const draft = emptyDraft(undefined);
  const ui = new MultiStep(vscode.l10n.t('Find Learning Rate'));
  return (await runSteps(ui, await dataSteps(services, undefined), draft)) ? draft : undefined;
}

/** The request that the answers and the settings make together; none before there is an encoder. */
export function classifierRequest(draft: ClassifierDraft, name: string): TrainClassifierInput | undefined {
  const { encoder, data, classWeights, lr } = draft;
  if (encoder === undefined) return undefined;
  const columns = hasColumns(draft) ? { text: draft.text, label: draft.label } : { text: [] };
  const defaults = classifierDefaults();
  return classifierOptions(
    { name, encoder, data, classWeights, ...columns },
    // One rate is that of the head; the trainer lowers it from phase to phase.
    lr === undefined ? defaults : { ...defaults, lr: [lr] },
  );
}

async function dataSteps(services: Services, encoder: string | undefined): Promise<ClassifierStep[]> {
  const { entries } = await services.store.encoders.list();
  return [
    ...(encoder === undefined ? [chooseEncoder<ClassifierDraft>(entries)] : []),
    { ask: (ui, draft, place) => askData(services, ui, draft, place) },
    { ask: askTextColumns, applies: hasColumns },
    { ask: askLabelColumn, applies: hasColumns },
    { ask: askClassWeights, applies: (draft) => unbalancedClasses(draft) !== undefined },
  ];
}

function emptyDraft(encoder: string | undefined): ClassifierDraft {
  const { classWeights } = classifierDefaults();
  return { data: [], text: [], classWeights, ...(encoder === undefined ? {} : { encoder }) };
}

function summary(draft: ClassifierDraft): string {
  const { name = '', encoder = '' } = draft;
  const classes = classSummary(draft);
  return classes === ''
    ? vscode.l10n.t('“{0}” on the encoder “{1}”', name, encoder)
    : vscode.l10n.t('“{0}” on the encoder “{1}”: {2}', name, encoder, classes);
}
