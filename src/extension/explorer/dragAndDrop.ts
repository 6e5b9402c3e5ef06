import * as vscode from 'vscode';
import { showInformation } from '../messages/notifications';
import { draggedEncoders, droppedFiles } from './draggedNodes';
import type { EntryNode } from './entriesView';
import type { ExplorerNode } from './nodes';

const encodersMime = 'application/vnd.code.tree.ulmfit.encoders';

/** Encoders can be dragged; a file dropped on them is imported. */
export const encoderDragAndDrop: vscode.TreeDragAndDropController<EntryNode> = {
  dragMimeTypes: [encodersMime],
  dropMimeTypes: ['text/uri-list'],
  handleDrag(nodes, transfer) {
    const dragged = nodes
      .filter(({ kind }) => kind === 'encoder')
      .map(({ kind, name }): ExplorerNode => ({ kind, name }));
    if (dragged.length > 0) transfer.set(encodersMime, new vscode.DataTransferItem(dragged));
  },
  async handleDrop(_target, transfer) {
    // Dragging a line of the view onto itself offers its address, too, and is nothing to complain of.
    if (transfer.get(encodersMime)) return;
    const [uri, ...others] = droppedFiles((await transfer.get('text/uri-list')?.asString()) ?? '');
    if (uri === undefined) return;
    if (others.length > 0) {
      await showInformation(
        vscode.l10n.t('One model is imported at a time. Drop the file with the weights.'),
      );
      return;
    }
    await vscode.commands.executeCommand('ulmfit.importModel', vscode.Uri.parse(uri, true));
  },
};

/** An encoder dropped on the models trains a model on it. */
export const modelDragAndDrop: vscode.TreeDragAndDropController<EntryNode> = {
  dragMimeTypes: [],
  dropMimeTypes: [encodersMime],
  async handleDrop(_target, transfer) {
    const [encoder, ...others] = await dropped(transfer);
    if (!encoder) return;
    if (others.length > 0) {
      await showInformation(vscode.l10n.t('A model is trained on one encoder. Drop one at a time.'));
      return;
    }
    await vscode.commands.executeCommand('ulmfit.trainClassifier', encoder);
  },
};

/** VS Code puts a value of its own under the type of a view before ours, so the first is not the one. */
async function dropped(transfer: vscode.DataTransfer): Promise<ExplorerNode[]> {
  for (const [type, item] of transfer) {
    const encoders = type === encodersMime ? draggedEncoders(await item.asString()) : [];
    if (encoders.length > 0) return encoders;
  }
  return [];
}
