import * as vscode from 'vscode';
import { mainMetric } from '../explorer/entryFacts';
import { isExplorerNode } from '../explorer/nodes';
import { modelInUse } from '../explorer/modelInUse';
import { visibleText, withoutIcons } from '../explorer/plainText';
import { showInStatusBar, showProblem } from '../messages/notifications';
import { countText, dateText } from '../explorer/quantities';
import { userLanguage as language } from '../explorer/userLanguage';
import { modelSetting, type Classifier, type StoredModel } from './classifier';

interface ModelItem extends vscode.QuickPickItem {
  readonly model: StoredModel;
}

/** The command: takes the model of the explorer's line, or asks which, and remembers it in the settings. */
export async function chooseModel(classifier: Classifier, node: unknown): Promise<void> {
  const chosen =
    isExplorerNode(node) && node.kind === 'model'
      ? (await classifier.model(node.name)).name
      : await askForModel(classifier, vscode.l10n.t('Which model classifies?'));
  if (chosen !== undefined) await remember(chosen);
}

/**
 * The model to classify with: the one chosen, else the one saved last. Asks where the one chosen has gone, and offers
 * to train one where there is none.
 *
 * @returns undefined if the user left the question, or there is no model
 */
export async function modelToUse(
  classifier: Classifier,
  resource: vscode.Uri | undefined,
): Promise<StoredModel | undefined> {
  const models = await classifier.models();
  if (models.length === 0) {
    await offerTraining();
    return undefined;
  }
  const setting = modelSetting(resource);
  const found = modelInUse(models, setting);
  if (setting === '' || found?.name === setting.normalize('NFC')) return found;
  // A damaged model is named as such, with its remedy; one that is gone is replaced.
  await classifier.model(setting).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  const title = vscode.l10n.t(
    'The model “{0}” is not there any more. Which one classifies?',
    visibleText(setting),
  );
  const chosen = await askForModel(classifier, title);
  if (chosen === undefined) return undefined;
  await remember(chosen);
  return classifier.model(chosen);
}

async function askForModel(classifier: Classifier, placeHolder: string): Promise<string | undefined> {
  const models = await classifier.models();
  if (models.length === 0) {
    await offerTraining();
    return undefined;
  }
  const inUse = modelInUse(models, modelSetting())?.name;
  const items = [...models]
    .sort((a, b) => Number(b.name === inUse) - Number(a.name === inUse) || compareTimes(b, a))
    .map((model) => modelItem(model, model.name === inUse));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  return chosen?.model.name;
}

function modelItem(model: StoredModel, inUse: boolean): ModelItem {
  const { manifest, name } = model;
  const facts = [
    mainMetric('model', manifest.metrics, language),
    vscode.l10n.t('{0} classes', countText(manifest.classes.length, language)),
    dateText(manifest.createdAt, language),
  ];
  const classes = manifest.classes.slice(0, 12).map((label) => visibleText(label, 30));
  return {
    model,
    label: `${inUse ? '$(check) ' : ''}${withoutIcons(visibleText(name))}`,
    description: withoutIcons(facts.filter((fact) => fact !== '').join(' · ')),
    detail: withoutIcons(classes.join(', ')),
  };
}

async function remember(model: string): Promise<void> {
  const target = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('ulmfit').update('model', model, target);
  showInStatusBar('tag', vscode.l10n.t('{0} classifies from now on'), [visibleText(model, 40)]);
}

async function offerTraining(): Promise<void> {
  const train = vscode.l10n.t('Train Classifier…');
  const message = vscode.l10n.t(
    'There is no model yet to classify with. Train one on texts of yours that have labels.',
  );
  if ((await showProblem(message, [], train)) === train) {
    await vscode.commands.executeCommand('ulmfit.trainClassifier');
  }
}

function compareTimes(a: StoredModel, b: StoredModel): number {
  return a.manifest.createdAt.localeCompare(b.manifest.createdAt);
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'not-found';
}
