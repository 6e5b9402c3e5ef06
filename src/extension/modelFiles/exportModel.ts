import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import type { ExportFormat } from '../../options/export';
import { type ExplorerNode, isExplorerNode } from '../explorer/nodes';
import { visibleText, withoutIcons } from '../explorer/plainText';
import { showInformation } from '../messages/notifications';
import type { Services } from '../services';
import { withByteProgress } from './byteProgress';

interface FormatItem extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly int8: boolean;
}

/** Writes an encoder or a model for use elsewhere, into a new folder below one that the user chooses. */
export async function exportModel(services: Services, given: unknown): Promise<void> {
  const node = isExplorerNode(given) ? given : await chooseEntry(services);
  if (node?.kind !== 'encoder' && node?.kind !== 'model') return;
  const { kind, name } = node;
  const chosen = await chooseFormat(name);
  if (!chosen) return;
  const { format, int8 } = chosen;
  const parent = await chooseFolder();
  if (parent === undefined) return;
  const out = freeFolder(parent, `${name}-${int8 ? 'onnx-int8' : format}`);
  const { inference } = services;
  const title = { template: vscode.l10n.t('Exporting “{0}”'), values: [visibleText(name)] };
  const done = await withByteProgress(inference, title, 1, (task) =>
    inference.request('export-model', { task, kind, name, format, int8, out }),
  );
  if (!done) return;
  const reveal = vscode.l10n.t('Reveal');
  const answer = await showInformation(
    vscode.l10n.t('“{0}” was written to {1}.'),
    [visibleText(name), out],
    reveal,
  );
  if (answer === reveal) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(out));
}

async function chooseEntry({ store }: Services): Promise<ExplorerNode | undefined> {
  const [encoders, models] = [await store.encoders.list(), await store.models.list()];
  const items = [...encoders.entries, ...models.entries].map(({ name, manifest: { kind } }) => ({
    node: { kind, name },
    label: withoutIcons(visibleText(name)),
    description: kind === 'encoder' ? vscode.l10n.t('encoder') : vscode.l10n.t('model'),
    iconPath: new vscode.ThemeIcon(kind === 'encoder' ? 'book' : 'tag'),
  }));
  if (items.length === 0) {
    throw new UlmfitError(
      'not-found',
      'There is no encoder and no model to export.',
      'Train one first, or import one.',
    );
  }
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export Model') }))?.node;
}

async function chooseFormat(name: string): Promise<FormatItem | undefined> {
  const items: FormatItem[] = [
    {
      ...{ format: 'safetensors', int8: false },
      label: 'safetensors',
      detail: vscode.l10n.t('weights and words as they are in the store; can be imported again'),
    },
    {
      ...{ format: 'fastai', int8: false },
      label: 'fastai',
      detail: vscode.l10n.t('.pth and .pkl files for Python, fastai 1 and 2'),
    },
    {
      ...{ format: 'onnx', int8: false },
      label: 'ONNX',
      detail: vscode.l10n.t('one file for other programs, with the same answers'),
    },
    {
      ...{ format: 'onnx', int8: true },
      label: vscode.l10n.t('ONNX, 8 bits'),
      detail: vscode.l10n.t('a quarter of the size, with nearly the same answers'),
    },
  ];
  const title = vscode.l10n.t('Export “{0}” as', visibleText(name));
  return vscode.window.showQuickPick(items, { title, matchOnDetail: true, ignoreFocusOut: true });
}

async function chooseFolder(): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Folder to export to'),
      openLabel: vscode.l10n.t('Export Here'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return uri?.fsPath;
}

/** An export never writes into a folder that exists. */
function freeFolder(parent: string, name: string): string {
  for (let count = 1; ; count++) {
    const folder = join(parent, count === 1 ? name : `${name}-${count}`);
    if (!existsSync(folder)) return folder;
  }
}
