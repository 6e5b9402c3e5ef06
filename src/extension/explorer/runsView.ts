import * as vscode from 'vscode';
import type { RunStatus } from '../../store/runs';
import type { RunView } from '../runView';
import type { Services } from '../services';
import { brokenFacts } from './entryFacts';
import { brokenNode, type BrokenNode } from './entriesView';
import { folderSize } from './folderSize';
import type { NodeSource } from './nodeTree';
import type { ExplorerNode } from './nodes';
import { runContextValue, runDescription, runFacts } from './runFacts';
import { brokenItem, treeItem } from './treeItem';
import { userLanguage } from './userLanguage';

/** A line of *Runs*. */
export type RunListNode = RunNode | BrokenNode;

interface RunNode extends ExplorerNode {
  readonly kind: 'run';
  /** As it was when the list was read. */
  readonly view: RunView;
}

const icons: Readonly<Record<RunStatus, string>> = {
  running: 'sync~spin',
  'not-responding': 'question',
  paused: 'debug-pause',
  interrupted: 'debug-disconnect',
  failed: 'error',
  done: 'pass',
  cancelled: 'circle-slash',
};

/** The runs that a user sees first are shown before thousands of others are read. */
const firstRuns = 100;

/**
 * @param onList is told of every list that was read
 * @param onMore is called when more has been read than was shown first
 */
export function runSource(
  services: Services,
  onList: (nodes: readonly RunListNode[]) => void,
  onMore: () => void,
): NodeSource<RunListNode> {
  let isFirst = true;
  const list = async () => {
    if (!isFirst) return services.runs.listAll();
    const first = await services.runs.listLatest(firstRuns);
    isFirst = false;
    // What goes wrong is said where the list is read again for it.
    if (first.isCut) void services.runs.listAll().then(onMore, onMore);
    return first;
  };
  const now = ({ view }: RunNode): RunView => {
    const { active } = services.runs;
    return active?.id === view.id ? active : view;
  };
  return {
    nodes: async () => {
      const { views, broken } = await list();
      const good = views.map((view): RunListNode => ({ kind: 'run', name: view.id, view }));
      const nodes = [...good, ...broken.map((each) => brokenNode('run', each))];
      onList(nodes);
      return nodes;
    },
    item: (node) => (node.kind === 'broken' ? brokenItem(node) : runItem(node, now(node))),
    facts: async (node) => {
      if (node.kind === 'broken') return brokenFacts(node.broken, userLanguage);
      const bytes = await folderSize(services.store.runs.folderOf(node.name));
      return runFacts(now(node), bytes, userLanguage);
    },
  };
}

function runItem(node: RunNode, view: RunView): vscode.TreeItem {
  return treeItem(node, {
    label: view.name,
    description: runDescription(view, userLanguage),
    icon: view.isElsewhere ? 'remote' : icons[view.status],
    contextValue: runContextValue(view),
    role: view.kind === 'encoder' ? vscode.l10n.t('run of an encoder') : vscode.l10n.t('run of a model'),
    command: { id: 'ulmfit.showDashboard', title: vscode.l10n.t('Show Dashboard'), argument: view.id },
  });
}
