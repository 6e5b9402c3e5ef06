import * as vscode from 'vscode';
import { Coalesced } from './explorer/coalesced';
import { modelInUse } from './explorer/modelInUse';
import { modelSetting, onDidChangeModelSetting } from './explorer/modelSetting';
import { statusItem } from './explorer/statusText';
import { tooltip } from './explorer/tooltip';
import { userLanguage } from './explorer/userLanguage';
import type { Services } from './services';

/** However fast the trainer tells of its progress, the item is drawn at most so often. */
const drawMilliseconds = 500;

/** One item: the run that goes on, else the model in use; hidden where there is neither. */
export function registerStatusBar(services: Services): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('ulmfit.status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'ULMFiT';
  const drawing = new Coalesced(() => {
    draw(item, services).catch((error: unknown) => {
      // The views say why the store cannot be read.
      services.log.debug(error instanceof Error ? error.message : String(error));
      item.hide();
    });
  }, drawMilliseconds);
  const ask = () => {
    drawing.ask();
  };
  // Also the first time: reading the store can wait until activation is over.
  ask();
  return vscode.Disposable.from(
    item,
    drawing,
    services.onDidChangeStore(ask),
    services.runs.onChange(ask),
    services.runs.onEvent(ask),
    onDidChangeModelSetting(ask),
  );
}

async function draw(item: vscode.StatusBarItem, { runs, store }: Services): Promise<void> {
  const models = runs.active ? [] : (await store.models.list()).entries;
  const model = modelInUse(models, modelSetting());
  const encoders = model ? (await store.encoders.list()).entries : [];
  // A run may have begun while the store was read.
  const shown = statusItem(runs.active, model, encoders, userLanguage);
  if (!shown) {
    item.hide();
    return;
  }
  item.text = shown.text;
  item.tooltip = tooltip(shown.facts);
  item.accessibilityInformation = { label: shown.label };
  item.command = {
    command: shown.command,
    title: 'ULMFiT',
    arguments: shown.argument === undefined ? [] : [shown.argument],
  };
  item.show();
}
