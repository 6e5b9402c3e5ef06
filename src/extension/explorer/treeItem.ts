import * as vscode from 'vscode';
import { type ExplorerNode, nodeKey } from './nodes';
import { visibleText } from './plainText';

/** What a line of a view shows. */
export interface LineLook {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly contextValue: string;
  /** What the line is, for screen readers. */
  readonly role: string;
  readonly command: { readonly id: string; readonly title: string; readonly argument: unknown };
}

export function treeItem(node: ExplorerNode, look: LineLook): vscode.TreeItem {
  const item = new vscode.TreeItem(visibleText(look.label));
  item.id = nodeKey(node);
  item.description = look.description;
  item.iconPath = new vscode.ThemeIcon(look.icon);
  item.contextValue = look.contextValue;
  item.command = { command: look.command.id, title: look.command.title, arguments: [look.command.argument] };
  const spoken = [look.role, visibleText(look.label), look.description].filter((part) => part !== '');
  item.accessibilityInformation = { label: spoken.join(', ') };
  return item;
}

/** The line of something that cannot be read, beside the good ones. */
export function brokenItem(node: ExplorerNode): vscode.TreeItem {
  return treeItem(node, {
    label: node.name,
    description: vscode.l10n.t('cannot be read'),
    icon: 'warning',
    contextValue: 'broken',
    role: vscode.l10n.t('broken'),
    command: { id: 'ulmfit.showDetails', title: vscode.l10n.t('Show Details'), argument: node },
  });
}
