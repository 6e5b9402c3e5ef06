import type * as vscode from 'vscode';
import type { Store } from '../store/store';
import type { RunMonitor } from './runMonitor';
import type { TrainerClient } from './trainerClient';

/** What every feature of the extension works with. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** The store of the settings as they are now. */
  readonly store: Store;
  /** Something in the store changed on disk, or another store was chosen. */
  readonly onDidChangeStore: vscode.Event<void>;
  /** The process that trains. */
  readonly training: TrainerClient;
  /** The process that classifies and generates, also while the other one trains. */
  readonly inference: TrainerClient;
  readonly runs: RunMonitor;
}
