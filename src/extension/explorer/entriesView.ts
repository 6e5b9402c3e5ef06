import * as vscode from 'vscode';
import type { BrokenEntry, Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import { brokenFacts, entryDescription, entryFacts, type EntrySurroundings } from './entryFacts';
import type { Facts } from './facts';
import { modelInUse } from './modelInUse';
import { modelSetting } from './modelSetting';
import type { NodeSource } from './nodeTree';
import type { ExplorerNode } from './nodes';
import type { StoreLists } from './storeLists';
import { brokenItem, treeItem } from './treeItem';
import { userLanguage } from './userLanguage';

/** A line of *Encoders* or *Models*. */
export type EntryNode = GoodNode | BrokenNode;

interface GoodNode extends ExplorerNode {
  readonly kind: 'encoder' | 'model';
  readonly entry: Entry<EncoderManifest> | Entry<ModelManifest>;
  readonly inUse: boolean;
}

export interface BrokenNode extends ExplorerNode {
  readonly kind: 'broken';
  readonly broken: BrokenEntry;
}

/** Tells which engine a run was computed on, where the run is still there. */
export type EngineOf = (run: string | undefined) => Promise<string | undefined>;

export function encoderSource(lists: StoreLists, engineOf: EngineOf): NodeSource<EntryNode> {
  return {
    nodes: async () => {
      const { entries, broken } = await lists.encoders();
      const nodes = entries.map((entry): EntryNode => {
        return { kind: 'encoder', name: entry.name, entry, inUse: false };
      });
      return [...nodes, ...broken.map((each) => brokenNode('encoder', each))];
    },
    item: entryItem,
    facts: (node) => factsOf(node, lists, engineOf),
  };
}

export function modelSource(lists: StoreLists, engineOf: EngineOf): NodeSource<EntryNode> {
  return {
    nodes: async () => {
      const { entries, broken } = await lists.models();
      const used = modelInUse(entries, modelSetting());
      const nodes = entries.map((entry): EntryNode => {
        return { kind: 'model', name: entry.name, entry, inUse: entry === used };
      });
      return [...nodes, ...broken.map((each) => brokenNode('model', each))];
    },
    item: entryItem,
    facts: (node) => factsOf(node, lists, engineOf),
  };
}

export function brokenNode(brokenKind: 'encoder' | 'model' | 'run', broken: BrokenEntry): BrokenNode {
  return { kind: 'broken', name: broken.name, brokenKind, broken };
}

function entryItem(node: EntryNode): vscode.TreeItem {
  if (node.kind === 'broken') return brokenItem(node);
  const { kind, entry, inUse } = node;
  return treeItem(node, {
    label: entry.name,
    description: entryDescription(entry, inUse, userLanguage),
    icon: icon(node),
    contextValue: kind,
    role: kind === 'encoder' ? vscode.l10n.t('encoder') : vscode.l10n.t('model'),
    command: { id: 'ulmfit.showDetails', title: vscode.l10n.t('Show Details'), argument: node },
  });
}

function icon({ kind, inUse }: GoodNode): string {
  if (kind === 'encoder') return 'book';
  return inUse ? 'pass-filled' : 'tag';
}

async function factsOf(node: EntryNode, lists: StoreLists, engineOf: EngineOf): Promise<Facts> {
  if (node.kind === 'broken') return brokenFacts(node.broken, userLanguage);
  const { entry, inUse } = node;
  return entryFacts(entry, await surroundings(entry, inUse, lists, engineOf), userLanguage);
}

/** What the facts of an entry need besides its own manifest. */
export async function surroundings(
  { manifest }: Entry<EncoderManifest> | Entry<ModelManifest>,
  inUse: boolean,
  lists: StoreLists,
  engineOf: EngineOf,
): Promise<EntrySurroundings> {
  const { entries: encoders } = await lists.encoders();
  return { encoders, inUse, engine: await engineOf(manifest.lineage.run) };
}
