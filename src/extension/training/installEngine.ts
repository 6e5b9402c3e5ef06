import * as vscode from 'vscode';
import { ask, showInformation } from '../messages/notifications';
import type { Services } from '../services';
import { withTaskProgress } from './taskProgress';

/** Installs TensorFlow after asking, since it is large, and lets the trainers that rest find it. */
export async function installTensorFlow(services: Services): Promise<void> {
  const processor = vscode.l10n.t('For the Processor (0.3 GB)');
  const card = vscode.l10n.t('For an NVIDIA Card (3.3 GB)');
  const template = vscode.l10n.t('Download TensorFlow?');
  const detail = vscode.l10n.t(
    'pip fetches it as it is set up on this machine, into a folder of yours. Nothing of yours is sent.',
  );
  const chosen = await ask({ template, detail }, processor, card);
  if (chosen === undefined) return;
  await install(services, 'tensorflow', vscode.l10n.t('Downloading TensorFlow…'), chosen === card);
}

/** Installs WebGPU for Node after asking. */
export async function installWebgpu(services: Services): Promise<void> {
  const download = vscode.l10n.t('Download');
  const detail = vscode.l10n.t(
    'It is 51 MB. npm fetches it as it is set up on this machine, into a folder of yours. Nothing of yours is sent.',
  );
  const template = vscode.l10n.t('Download WebGPU for Node?');
  const chosen = await ask({ template, detail }, download);
  if (chosen === undefined) return;
  await install(services, 'webgpu', vscode.l10n.t('Downloading WebGPU for Node…'));
}

async function install(
  { runs, training, inference }: Services,
  engine: 'tensorflow' | 'webgpu',
  template: string,
  cuda?: boolean,
): Promise<void> {
  const installed = await withTaskProgress(inference, { template }, (task) =>
    inference.request('install-engine', { task, engine, ...(cuda === undefined ? {} : { cuda }) }),
  );
  if (!installed) return;
  await Promise.all((runs.active ? [inference] : [inference, training]).map((client) => client.restart()));
  void showInformation(
    vscode.l10n.t('The engine "{0}" is installed. Runs take it where it is the fastest that works.'),
    [engine],
  );
}
