import * as vscode from 'vscode';
import type { Store } from '../../store/store';
import { askText } from '../messages/notifications';
import { unfinishedRunsFrom } from './deletion';
import { replaceInModelSetting } from './modelSetting';
import type { ExplorerNode } from './nodes';
import { visibleText } from './plainText';
import { renamingProblem } from './renaming';
import { userLanguage } from './userLanguage';

/** Asks for another name and gives it. A run has the name of what it makes, so only encoders and models have one to change. */
export async function rename(node: ExplorerNode, store: Store): Promise<void> {
  if (node.kind !== 'encoder' && node.kind !== 'model') return;
  const entries = node.kind === 'encoder' ? store.encoders : store.models;
  const taken = await entries.names();
  const consequence = node.kind === 'encoder' ? await encoderConsequence(node.name, store) : undefined;
  const name = await askText({
    title: vscode.l10n.t('Rename "{0}"', visibleText(node.name)),
    value: node.name,
    ...(consequence === undefined ? {} : { prompt: consequence }),
    validateInput: (text) => renamingProblem(node.name, text, taken, userLanguage),
  });
  if (name === undefined || name.normalize('NFC') === node.name) return;
  await entries.rename(node.name, name);
  if (node.kind === 'model') await replaceInModelSetting(node.name, name.normalize('NFC'));
}

async function encoderConsequence(name: string, store: Store): Promise<string | undefined> {
  const { runs } = await store.runs.list();
  const waiting = unfinishedRunsFrom(name, runs);
  if (waiting.length > 0) {
    return vscode.l10n.t(
      'Runs that need it under this name to go on: {0}',
      waiting.map((run) => visibleText(run, 40)).join(', '),
    );
  }
  return undefined;
}
