import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { ownerFolder } from '../store/ownerOnly';
import { Store } from '../store/store';
import { Calm } from './calm';

/** The store is read again when nothing has happened for so long, and while much happens this often. */
const calmMilliseconds = 200;
const longestMilliseconds = 2000;

/** The store that the settings name, watched. */
export class StoreAccess implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #settings: vscode.Disposable;
  #store: Store;
  #watchers: vscode.Disposable[] = [];
  readonly #calm = new Calm(
    () => {
      this.#changed.fire();
    },
    { calmMilliseconds, longestMilliseconds },
  );

  constructor(private readonly globalStorage: vscode.Uri) {
    this.#store = this.#chosen();
    this.#watch();
    this.#settings = vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('ulmfit.store')) return;
      this.#store = this.#chosen();
      this.#watch();
      this.#tell();
    });
  }

  get store(): Store {
    return this.#store;
  }

  dispose(): void {
    this.#calm.dispose();
    for (const watcher of this.#watchers) watcher.dispose();
    this.#settings.dispose();
    this.#changed.dispose();
  }

  #chosen(): Store {
    const folder = vscode.workspace.getConfiguration('ulmfit').get<string>('store', '').trim();
    return new Store(folder === '' ? join(this.globalStorage.fsPath, 'store') : folder);
  }

  #watch(): void {
    for (const watcher of this.#watchers) watcher.dispose();
    const root = vscode.Uri.file(this.#store.root);
    // Not the event files: a run writes those several times a second and tells of them itself.
    const patterns = [
      '{encoders,models}/*',
      '{encoders,models}/*/manifest.json',
      'runs/*',
      'runs/*/run.json',
    ];
    this.#watchers = patterns.map((pattern) => {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(root, pattern));
      const tell = () => {
        this.#tell();
      };
      return vscode.Disposable.from(
        watcher,
        watcher.onDidCreate(tell),
        watcher.onDidChange(tell),
        watcher.onDidDelete(tell),
      );
    });
    // A folder that is not there yet is watched less promptly.
    const folders = ['encoders', 'models', 'runs'].map((name) => join(this.#store.root, name));
    Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: ownerFolder }))).catch(() => {
      // The store cannot be written; whoever saves into it says so.
    });
  }

  #tell(): void {
    this.#calm.stir();
  }
}
