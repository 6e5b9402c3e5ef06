import * as vscode from 'vscode';
import { showInformation } from '../messages/notifications';
import type { Services } from '../services';
import { entryDescription } from './entryFacts';
import { type ExplorerNode, nodesOf } from './nodes';
import { visibleText, withoutIcons } from './plainText';
import { runDescription } from './runFacts';
import type { StoreLists } from './storeLists';
import { userLanguage } from './userLanguage';

interface NodeChoice extends vscode.QuickPickItem {
  readonly node?: ExplorerNode;
}

/** What a command is about: what its menu says, else what the user picks from everything in the store. */
export async function targets(
  clicked: unknown,
  selected: unknown,
  title: string,
  services: Services,
  lists: StoreLists,
): Promise<ExplorerNode[]> {
  const given = nodesOf(clicked, selected);
  return given.length > 0 ? given : pick(title, services, lists);
}

async function pick(title: string, services: Services, lists: StoreLists): Promise<ExplorerNode[]> {
  const choices = await allChoices(services, lists);
  if (choices.length === 0) {
    const fineTune = vscode.l10n.t('Fine-Tune Language Model…');
    const chosen = await showInformation(
      vscode.l10n.t('There is no encoder, model or run yet.'),
      [],
      fineTune,
    );
    if (chosen === fineTune) await vscode.commands.executeCommand('ulmfit.fineTuneLanguageModel');
    return [];
  }
  const picked = await vscode.window.showQuickPick(choices, { title, matchOnDescription: true });
  return picked?.node ? [picked.node] : [];
}

async function allChoices(services: Services, lists: StoreLists): Promise<NodeChoice[]> {
  const { l10n } = vscode;
  const encoders = await lists.encoders();
  const models = await lists.models();
  const { views: runs, broken: badRuns } = await services.runs.listAll();
  const broken = [
    ...encoders.broken.map(({ name }) => ({ name, brokenKind: 'encoder' as const })),
    ...models.broken.map(({ name }) => ({ name, brokenKind: 'model' as const })),
    ...badRuns.map(({ name }) => ({ name, brokenKind: 'run' as const })),
  ];
  return [
    ...group(
      l10n.t('Encoders'),
      encoders.entries.map((entry) =>
        choice('book', entry.name, entryDescription(entry, false, userLanguage), {
          kind: 'encoder',
          name: entry.name,
        }),
      ),
    ),
    ...group(
      l10n.t('Models'),
      models.entries.map((entry) =>
        choice('tag', entry.name, entryDescription(entry, false, userLanguage), {
          kind: 'model',
          name: entry.name,
        }),
      ),
    ),
    ...group(
      l10n.t('Runs'),
      runs.map((run) =>
        choice('pulse', run.name, runDescription(run, userLanguage), { kind: 'run', name: run.id }),
      ),
    ),
    ...group(
      l10n.t('Cannot be read'),
      broken.map((each) => choice('warning', each.name, '', { kind: 'broken', ...each })),
    ),
  ];
}

function group(label: string, choices: NodeChoice[]): NodeChoice[] {
  return choices.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...choices];
}

function choice(icon: string, name: string, description: string, node: ExplorerNode): NodeChoice {
  const shown = withoutIcons(visibleText(name));
  return { label: `$(${icon}) ${shown}`, description: withoutIcons(description), node };
}
