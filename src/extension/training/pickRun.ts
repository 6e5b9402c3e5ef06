import * as vscode from 'vscode';
import type { RunStatus } from '../../store/runs';
import { isExplorerNode } from '../explorer/nodes';
import { plainText } from '../explorer/plainText';
import { showInformation } from '../messages/notifications';
import type { RunView } from '../runView';
import type { Services } from '../services';

/**
 * The run a command is about: the node of the explorer or the id it was given, else the run that goes on, else one
 * that the user picks.
 *
 * @param statuses of the runs that come into question
 * @returns undefined if there is none, after saying so, or if the user leaves
 */
export async function pickRun(
  { runs }: Services,
  given: unknown,
  statuses: readonly RunStatus[],
  placeholder: string,
): Promise<string | undefined> {
  if (isExplorerNode(given)) return given.name;
  if (typeof given === 'string' && given !== '') return given;
  if (runs.active && statuses.includes(runs.active.status)) return runs.active.id;
  const candidates = (await runs.list()).filter(
    ({ status, isElsewhere = false }) => statuses.includes(status) && !isElsewhere,
  );
  const [only, another] = candidates;
  if (!only) {
    void showInformation(vscode.l10n.t('There is no run that this can be done with.'));
    return undefined;
  }
  if (!another) return only.id;
  const chosen = await vscode.window.showQuickPick(candidates.map(runItem), { placeHolder: placeholder });
  return chosen?.id;
}

function runItem({ id, name, status, createdAt, kind }: RunView): vscode.QuickPickItem & { id: string } {
  const made = new Date(createdAt).toLocaleString(vscode.env.language);
  return {
    id,
    label: plainText(name),
    description: statusWord(status),
    detail: made,
    iconPath: new vscode.ThemeIcon(kind === 'encoder' ? 'book' : 'mortar-board'),
  };
}

function statusWord(status: RunStatus): string {
  const words: Record<RunStatus, string> = {
    running: vscode.l10n.t('running'),
    'not-responding': vscode.l10n.t('not responding'),
    done: vscode.l10n.t('done'),
    failed: vscode.l10n.t('failed'),
    cancelled: vscode.l10n.t('cancelled'),
    paused: vscode.l10n.t('paused'),
    interrupted: vscode.l10n.t('interrupted'),
  };
  return words[status];
}
