import { join } from 'node:path';
import * as vscode from 'vscode';
import { type Silence, TrainerProcess } from '../protocol/trainerProcess';
import type { UlmfitApi } from './api';
import { registerCommands } from './commands';
import { createApi } from './createApi';
import { registerDashboard } from './dashboard/dashboard';
import { registerEditor } from './editor/editorCommands';
import { registerExplorer } from './explorer/explorer';
import { registerLanguageModelTools } from './languageModelTools';
import { speak } from './messages/userText';
import { modelFileCommands } from './modelFiles/modelFileCommands';
import { proxyEnvironment, proxySettings } from './proxyEnvironment';
import { RunMonitor } from './runMonitor';
import type { Services } from './services';
import { registerStatusBar } from './statusBar';
import { StoreAccess } from './storeAccess';
import { TrainerClient } from './trainerClient';
import { registerTraining } from './training/trainingCommands';
import { refuseUntrustedStore } from './trust';
import { workspaceTrust } from './workspaceTrust';

/** A trainer that has nothing to train any more stays this long, in case the next run comes. */
const trainingIdleMilliseconds = 60_000;

let clients: readonly TrainerClient[] = [];

/** Called by VS Code when something of ULMFiT is first used. Starts no process and reads no model. */
export function activate(context: vscode.ExtensionContext): UlmfitApi {
  const log = vscode.window.createOutputChannel('ULMFiT', { log: true });
  speak(join(context.extensionPath, 'l10n'), vscode.env.language);
  const stores = new StoreAccess(context.globalStorageUri);
  const settings = () => vscode.workspace.getConfiguration('ulmfit');
  const clientFor = (purpose: string, idleMilliseconds: () => number) =>
    new TrainerClient({
      start: (onSilence) => startTrainer(context, stores, log, purpose, onSilence),
      idleMilliseconds,
      log: (line) => {
        log.warn(line);
      },
    });
  const training = clientFor('training', () => trainingIdleMilliseconds);
  const inference = clientFor('inference', () => settings().get<number>('classify.idleMinutes', 5) * 60_000);
  clients = [training, inference];
  const services: Services = {
    context,
    log,
    get store() {
      return stores.store;
    },
    onDidChangeStore: stores.onDidChange,
    training,
    inference,
    runs: new RunMonitor(() => stores.store, training),
  };
  const explorer = registerExplorer(services);
  const trainings = registerTraining(services);
  const dashboard = registerDashboard(services);
  const editor = registerEditor(services);
  context.subscriptions.push(
    log,
    stores,
    restartOnSettings(services),
    explorer,
    trainings,
    dashboard,
    editor,
    registerStatusBar(services),
    registerLanguageModelTools(services, editor),
    registerCommands(
      {
        ...explorer.commands,
        ...trainings.commands,
        ...dashboard.commands,
        ...editor.commands,
        ...modelFileCommands(services),
        showLog: () => {
          log.show();
        },
      },
      log,
    ),
  );
  return createApi(services, editor.classifier);
}

/** Called by VS Code when the window closes: a run is paused with a checkpoint, and no process stays. */
export async function deactivate(): Promise<void> {
  await Promise.all(clients.map((client) => client.dispose()));
}

async function startTrainer(
  context: vscode.ExtensionContext,
  stores: StoreAccess,
  log: vscode.LogOutputChannel,
  purpose: string,
  onSilence: (silence: Silence) => void,
): Promise<TrainerProcess> {
  await refuseUntrustedStore(stores.store.root, workspaceTrust());
  const settings = vscode.workspace.getConfiguration('ulmfit');
  const threads = settings.get<number>('threads', 0);
  const tensorflow = settings.get<string>('tensorflowFolder', '').trim();
  const webgpu = settings.get<string>('webgpuFolder', '').trim();
  log.info(`Starting the trainer for ${purpose}.`);
  return TrainerProcess.start({
    trainerPath: join(context.extensionPath, 'dist', 'trainer.js'),
    // VS Code's own program is the Node that there is; this makes it be one.
    env: {
      ...process.env,
      ...proxyEnvironment(),
      ...(tensorflow === '' ? {} : { ULMFIT_TENSORFLOW: tensorflow }),
      ...(webgpu === '' ? {} : { ULMFIT_WEBGPU: webgpu }),
      ELECTRON_RUN_AS_NODE: '1',
    },
    hello: {
      store: stores.store.root,
      engine: settings.get<'auto' | 'onnx' | 'tensorflow' | 'webgpu'>('engine', 'auto'),
      engineFallback: settings.get<'none' | 'onnx'>('engineFallback', 'none'),
      checkpointSeconds: settings.get<number>('checkpointSeconds', 60),
      ...(threads > 0 ? { threads } : {}),
    },
    onLog: (level, line) => {
      if (level === 'error') log.error(line);
      else if (level === 'warning') log.warn(line);
      else log.info(line);
    },
    onSilence,
  });
}

/** Engine, threads and store are told to a process when it starts; while nothing runs it is simply started again. */
function restartOnSettings({ training, inference, runs, log }: Services): vscode.Disposable {
  const ofProcess = [
    ...[
      'ulmfit.store',
      'ulmfit.engine',
      'ulmfit.engineFallback',
      'ulmfit.tensorflowFolder',
      'ulmfit.webgpuFolder',
    ],
    ...['ulmfit.threads', 'ulmfit.checkpointSeconds'],
    ...proxySettings,
  ];
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (!ofProcess.some((name) => change.affectsConfiguration(name))) return;
    const clientsToRestart = runs.active ? [inference] : [inference, training];
    Promise.all(clientsToRestart.map((client) => client.restart())).catch((error: unknown) => {
      log.error(error instanceof Error ? error : String(error));
    });
  });
}
