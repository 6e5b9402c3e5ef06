import * as vscode from 'vscode';
import type { RequestResult } from '../../protocol/requests';
import { plainText } from '../explorer/plainText';
import { showProgress } from '../messages/notifications';
import { userText } from '../messages/userText';
import type { Services } from '../services';
import { installTensorFlow, installWebgpu } from './installEngine';

type Check = RequestResult<'doctor'>['checks'][number];

/** Takes a real training step on the engine and shows what was found, with what to do where something is wrong. */
export async function checkEngines(services: Services): Promise<void> {
  const { runs, training, inference } = services;
  // The process that trains has no time while it does.
  const client = runs.active ? inference : training;
  const template = vscode.l10n.t('Checking the engines…');
  const { checks } = await showProgress({ template }, () => client.request('doctor', {}));
  const copy = {
    label: vscode.l10n.t('Copy Report'),
    iconPath: new vscode.ThemeIcon('copy'),
    alwaysShow: true,
  };
  const install = {
    label: vscode.l10n.t('Install TensorFlow…'),
    detail: vscode.l10n.t('The fastest engine on a processor, and the one for NVIDIA cards'),
    iconPath: new vscode.ThemeIcon('cloud-download'),
    alwaysShow: true,
  };
  const installGraphics = {
    label: vscode.l10n.t('Install WebGPU…'),
    detail: vscode.l10n.t('The engine for any other graphics card'),
    iconPath: new vscode.ThemeIcon('cloud-download'),
    alwaysShow: true,
  };
  const items = [...checks.map(checkItem), install, installGraphics, copy];
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem>(items, {
    title: checks.every(({ ok }) => ok)
      ? vscode.l10n.t('Everything works')
      : vscode.l10n.t('Something needs your attention'),
    placeHolder: vscode.l10n.t('One training step was compared with the reference'),
    matchOnDetail: true,
  });
  if (chosen === installGraphics) await installWebgpu(services);
  if (chosen === install) await installTensorFlow(services);
  if (chosen === copy) await vscode.env.clipboard.writeText(checks.map(reportLine).join('\n'));
}

function checkItem({ name, ok, detail, remedy }: Check): vscode.QuickPickItem {
  const found = plainText(userText(detail), 200);
  return {
    label: plainText(userText(name)),
    detail: remedy === undefined ? found : `${found} — ${plainText(userText(remedy), 300)}`,
    iconPath: new vscode.ThemeIcon(ok ? 'pass' : 'error'),
    description: ok ? '' : vscode.l10n.t('does not work'),
  };
}

function reportLine({ name, ok, detail, remedy }: Check): string {
  return `${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}${remedy === undefined ? '' : ` (${remedy})`}`;
}
