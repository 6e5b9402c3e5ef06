import * as vscode from 'vscode';
import type { BrokenEntry } from '../../store/entries';
import type { Services } from '../services';
import { entryDetails } from './detailsText';
import { brokenFacts } from './entryFacts';
import { type EngineOf, surroundings } from './entriesView';
import { factsAsText } from './facts';
import { folderSize } from './folderSize';
import { modelInUse } from './modelInUse';
import { modelSetting } from './modelSetting';
import { type ExplorerNode, type StoreKind, storeKind } from './nodes';
import { visibleText } from './plainText';
import { runFacts } from './runFacts';
import type { StoreLists } from './storeLists';
import { userLanguage } from './userLanguage';

const scheme = 'ulmfit-details';
const suffix = '.txt';

/** Read-only documents that tell all that is known of something: plain text, in which any name stays text. */
export class DetailsDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly services: Services,
    private readonly lists: StoreLists,
    private readonly engineOf: EngineOf,
  ) {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async show(node: ExplorerNode): Promise<void> {
    const path = `/${storeKind(node)}/${node.name}${suffix}`;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path }));
    await vscode.window.showTextDocument(document, { preview: true, preserveFocus: true });
  }

  /** Shows what open documents are about as it is now. */
  refresh(): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === scheme) this.#changed.fire(uri);
    }
  }

  async provideTextDocumentContent({ path }: vscode.Uri): Promise<string> {
    const [, kind, ...rest] = path.split('/');
    const name = rest.join('/').slice(0, -suffix.length);
    const text = await this.#text(kind === 'encoder' || kind === 'model' ? kind : 'run', name);
    return text ?? `${vscode.l10n.t('"{0}" is not in the store any more.', visibleText(name))}\n`;
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  async #text(kind: StoreKind, name: string): Promise<string | undefined> {
    if (kind === 'run') return this.#runText(name);
    const { entries: models, broken: brokenModels } = await this.lists.models();
    const { entries: encoders, broken: brokenEncoders } = await this.lists.encoders();
    const entry = [...(kind === 'model' ? models : encoders)].find((each) => each.name === name);
    if (entry) {
      const inUse = kind === 'model' && modelInUse(models, modelSetting())?.name === name;
      const around = await surroundings(entry, inUse, this.lists, this.engineOf);
      return entryDetails(entry, around, userLanguage);
    }
    const broken = kind === 'model' ? brokenModels : brokenEncoders;
    return brokenText(broken.find((each) => each.name === name));
  }

  async #runText(id: string): Promise<string | undefined> {
    const { runs, store } = this.services;
    const { views, broken } = await runs.listAll();
    const view = views.find((each) => each.id === id);
    if (!view) return brokenText(broken.find((each) => each.name === id));
    const { options } = await store.runs.read(id);
    const facts = factsAsText(runFacts(view, await folderSize(store.runs.folderOf(id)), userLanguage));
    const asked = Object.entries(options).map(
      ([name, value]) => `  ${visibleText(name)}: ${visibleText(JSON.stringify(value), 500)}`,
    );
    return `${facts}\n${[vscode.l10n.t('Options'), ...asked].join('\n')}\n`;
  }
}

function brokenText(broken: BrokenEntry | undefined): string | undefined {
  if (!broken) return undefined;
  return `${factsAsText(brokenFacts(broken, userLanguage))}\n${visibleText(broken.folder, 500)}\n`;
}
