import * as vscode from 'vscode';
import { askText, showInformation, showInStatusBar, showProgress } from '../messages/notifications';
import { nameProblem, takenName } from '../training/nameSuggestion';
import type { Services } from '../services';
import { entryDescription } from './entryFacts';
import { nodesOf } from './nodes';
import { visibleText, withoutIcons } from './plainText';
import { userLanguage } from './userLanguage';

interface ModelItem extends vscode.QuickPickItem {
  readonly name: string;
}

/**
 * The command *Create Ensemble…*: asks which models are to be averaged, those of the menu chosen before, and what the
 * new one is to be called.
 *
 * @returns whether there is a new model
 */
export async function createEnsemble(
  services: Services,
  clicked: unknown,
  selected: unknown,
): Promise<boolean> {
  const title = vscode.l10n.t('Create Ensemble');
  const models = await chooseMembers(services, title, nodesOf(clicked, selected));
  if (models === undefined) return false;
  const taken = await services.store.models.names();
  const given = await askText({
    title,
    prompt: vscode.l10n.t(
      'A name for the model that averages {0}',
      models.map((name) => visibleText(name, 40)).join(', '),
    ),
    value: freeName(`${models[0] ?? ''}-ensemble`, taken),
    validateInput: (text) =>
      nameProblem(text) ??
      (takenName(text, taken) === undefined
        ? undefined
        : vscode.l10n.t('There is already one named "{0}".', visibleText(text))),
  });
  if (given === undefined) return false;
  const name = given.normalize('NFC');
  await showProgress({ template: title }, () =>
    services.inference.request('make-ensemble', { name, models }),
  );
  const done = vscode.l10n.t('{0} averages {1} models from now on');
  showInStatusBar('tag', done, [visibleText(name, 40), models.length]);
  return true;
}

async function chooseMembers(
  services: Services,
  title: string,
  nodes: readonly { readonly name: string }[],
): Promise<string[] | undefined> {
  const { entries } = await services.store.models.list();
  if (entries.length < 2) {
    void showInformation(
      vscode.l10n.t(
        'An ensemble averages at least two models with the same classes, such as one that reads forwards and one that reads backwards.',
      ),
    );
    return undefined;
  }
  const items = entries.map((entry): ModelItem => ({
    name: entry.name,
    label: withoutIcons(visibleText(entry.name)),
    description: withoutIcons(entryDescription(entry, false, userLanguage)),
    picked: nodes.some(({ name }) => name === entry.name),
  }));
  const placeHolder = vscode.l10n.t('Which models answer together? Two or more with the same classes');
  for (;;) {
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
    if (chosen === undefined) return undefined;
    if (chosen.length >= 2) return chosen.map(({ name }) => name);
    for (const item of items) item.picked = chosen.includes(item);
  }
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (takenName(name, taken) === undefined) return name;
  }
}
