import * as vscode from 'vscode';
import { type ClassWeighting, classWeightings } from '../../options/classifier';
import type { ClassifierDefaults } from './classifierOptions';
import type { LanguageModelDefaults } from './encoderOptions';
import { modelSize } from './modelSizes';

/** What the settings of the window say about language models. */
export function languageModelDefaults(): LanguageModelDefaults {
  const settings = vscode.workspace.getConfiguration('ulmfit');
  return {
    size: modelSize(settings.get('languageModel.size')),
    epochs: settings.get<number>('languageModel.epochs', 3),
    lr: settings.get<number>('languageModel.lr', 1e-2),
    dropMult: settings.get<number>('languageModel.dropMult', 0.5),
    seed: settings.get<number>('seed', 42),
  };
}

/** What the settings of the window say about classifiers. */
export function classifierDefaults(): ClassifierDefaults {
  const settings = vscode.workspace.getConfiguration('ulmfit');
  return {
    epochs: settings.get<number[]>('classifier.epochs', []),
    lr: settings.get<number[]>('classifier.lr', []),
    classWeights: classWeighting(settings.get('classifier.classWeights')),
    dropMult: settings.get<number>('classifier.dropMult', 0.5),
    seed: settings.get<number>('seed', 42),
  };
}

function classWeighting(setting: unknown): ClassWeighting {
  return classWeightings.find((each) => each === setting) ?? 'none';
}
