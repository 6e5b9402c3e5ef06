import * as vscode from 'vscode';
import type { CommandHandlers } from '../commands';
import type { Subscription } from '../listeners';
import { withoutLinks } from '../messages/sentence';
import type { Services } from '../services';
import { Coalesced } from './coalesced';
import { DetailsDocuments } from './detailsDocuments';
import { encoderDragAndDrop, modelDragAndDrop } from './dragAndDrop';
import { encoderSource, type EngineOf, type EntryNode, modelSource } from './entriesView';
import { explorerCommands } from './explorerCommands';
import { onDidChangeModelSetting } from './modelSetting';
import { NodeTree } from './nodeTree';
import type { ExplorerNode } from './nodes';
import { isGoingOn } from './runFacts';
import { runSource, type RunListNode } from './runsView';
import { StoreLists } from './storeLists';

/** However often something changes, the lists are read at most so often. */
const refreshMilliseconds = 150;
/** How often the line of the run that goes on is drawn. */
const progressMilliseconds = 500;
/** Another window's run tells this one nothing, so it is looked at. */
const othersMilliseconds = 5000;

/** The views *Encoders*, *Models* and *Runs*, and what can be done with their lines. */
export function registerExplorer(services: Services): Subscription & { commands: CommandHandlers } {
  const explorer = new Explorer(services);
  return {
    commands: explorer.commands,
    dispose: () => {
      explorer.dispose();
    },
  };
}

class Explorer {
  readonly commands: CommandHandlers;
  readonly #lists: StoreLists;
  readonly #details: DetailsDocuments;
  readonly #encoders: NodeTree<EntryNode>;
  readonly #models: NodeTree<EntryNode>;
  readonly #runs: NodeTree<RunListNode>;
  readonly #runsView: vscode.TreeView<RunListNode>;
  readonly #disposables: readonly Subscription[];
  readonly #begun = performance.now();
  #listsRead = 0;
  #listedRuns: readonly RunListNode[] = [];
  #others: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    this.#lists = new StoreLists(() => services.store);
    const engineOf: EngineOf = (run) => this.#engineOf(run);
    this.#details = new DetailsDocuments(services, this.#lists, engineOf);
    this.#encoders = new NodeTree(encoderSource(this.#lists, engineOf));
    this.#models = new NodeTree(modelSource(this.#lists, engineOf));
    this.#runs = new NodeTree(
      runSource(
        services,
        (nodes) => {
          this.#runsListed(nodes);
        },
        () => {
          this.#showRuns();
        },
      ),
    );
    const encodersView = vscode.window.createTreeView('ulmfit.encoders', {
      treeDataProvider: this.#encoders,
      canSelectMany: true,
      dragAndDropController: encoderDragAndDrop,
    });
    const modelsView = vscode.window.createTreeView('ulmfit.models', {
      treeDataProvider: this.#models,
      canSelectMany: true,
      dragAndDropController: modelDragAndDrop,
    });
    this.#runsView = vscode.window.createTreeView('ulmfit.runs', {
      treeDataProvider: this.#runs,
      canSelectMany: true,
    });
    const views: Readonly<Record<string, vscode.TreeView<EntryNode> | vscode.TreeView<RunListNode>>> = {
      'ulmfit.encoders': encodersView,
      'ulmfit.models': modelsView,
      'ulmfit.runs': this.#runsView,
    };
    this.commands = explorerCommands(
      services,
      this.#lists,
      this.#details,
      (view) => views[view]?.selection ?? [],
      () => {
        this.refresh();
      },
    );
    const storeChanges = new Coalesced(() => {
      this.refresh();
    }, refreshMilliseconds);
    const runChanges = new Coalesced(() => {
      this.#showRuns();
    }, refreshMilliseconds);
    const progress = new Coalesced(() => {
      this.#showProgress();
    }, progressMilliseconds);
    const contexts = new Coalesced(() => {
      this.#showContexts();
    }, refreshMilliseconds);
    this.#disposables = [
      encodersView,
      modelsView,
      this.#runsView,
      this.#encoders,
      this.#models,
      this.#runs,
      this.#details,
      storeChanges,
      runChanges,
      progress,
      contexts,
      tellProblems(this.#encoders, encodersView),
      tellProblems(this.#models, modelsView),
      tellProblems(this.#runs, this.#runsView),
      services.onDidChangeStore(() => {
        storeChanges.ask();
      }),
      services.runs.onChange(() => {
        runChanges.ask();
      }),
      services.runs.onEvent((_run, event) => {
        if (event.event === 'progress') progress.ask();
      }),
      onDidChangeModelSetting(() => {
        this.#models.refresh();
        this.#details.refresh();
      }),
    ];
    // Reading the store can wait until activation is over; the views ask for what they show themselves.
    contexts.ask();
  }

  /** Reads the store again and shows it. */
  refresh(): void {
    this.#lists.forget();
    this.#encoders.refresh();
    this.#models.refresh();
    this.#showRuns();
    this.#details.refresh();
    this.#showContexts();
  }

  #showContexts(): void {
    this.#setEntryContexts().catch((error: unknown) => {
      // The views say why the store cannot be read.
      this.services.log.debug(error instanceof Error ? error.message : String(error));
    });
  }

  dispose(): void {
    clearTimeout(this.#others);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #showRuns(): void {
    this.#runs.refresh();
    this.#showActivity();
  }

  #showProgress(): void {
    const { active } = this.services.runs;
    const node = this.#listedRuns.find(({ name }) => name === active?.id);
    if (node) this.#runs.refresh(node);
  }

  #runsListed(nodes: readonly RunListNode[]): void {
    if (this.#listsRead++ < 2) {
      const milliseconds = Math.round(performance.now() - this.#begun);
      this.services.log.info(`${nodes.length} runs were listed ${milliseconds} ms after activation.`);
    }
    this.#listedRuns = nodes;
    this.#showActivity();
    clearTimeout(this.#others);
    const { active } = this.services.runs;
    const others = nodes.some(
      (node) => node.kind === 'run' && node.name !== active?.id && isGoingOn(node.view.status),
    );
    if (!others) return;
    this.#others = setTimeout(() => {
      if (this.#runsView.visible) this.#runs.refresh();
    }, othersMilliseconds);
  }

  /** The badge while a run works, and the context key for a run of this window. */
  #showActivity(): void {
    const { active } = this.services.runs;
    const going = new Set(
      this.#listedRuns.flatMap((node) =>
        node.kind === 'run' && isGoingOn(node.view.status) ? [node.name] : [],
      ),
    );
    if (active) going.add(active.id);
    this.#runsView.badge =
      going.size === 0
        ? undefined
        : {
            value: going.size,
            tooltip: going.size === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', going.size),
          };
    setContext('ulmfit.running', active !== undefined);
  }

  async #setEntryContexts(): Promise<void> {
    const { entries: encoders } = await this.#lists.encoders();
    setContext('ulmfit.hasEncoder', encoders.length > 0);
    const { entries: models } = await this.#lists.models();
    setContext('ulmfit.hasModel', models.length > 0);
  }

  async #engineOf(run: string | undefined): Promise<string | undefined> {
    if (run === undefined) return undefined;
    const views = await this.services.runs.list();
    return views.find(({ id }) => id === run)?.started?.engine;
  }
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

/** Says above the list why it could not be read. */
function tellProblems<Node extends ExplorerNode>(
  tree: NodeTree<Node>,
  view: vscode.TreeView<Node>,
): vscode.Disposable {
  return tree.onProblem((problem) => {
    // An empty message hides the line.
    view.message = withoutLinks(problem ?? '');
  });
}
