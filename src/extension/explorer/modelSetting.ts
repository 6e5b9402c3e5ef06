import * as vscode from 'vscode';

const section = 'ulmfit';

/** What the setting `ulmfit.model` says. */
export function modelSetting(): string {
  return vscode.workspace.getConfiguration(section).get<string>('model', '');
}

/** Makes the setting follow a model that was renamed, or forget one that was deleted (`to` undefined). */
export async function replaceInModelSetting(from: string, to: string | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const found = configuration.inspect<string>('model');
  if (found?.globalValue === from) {
    await configuration.update('model', to, vscode.ConfigurationTarget.Global);
  }
  if (found?.workspaceValue === from) {
    await configuration.update('model', to, vscode.ConfigurationTarget.Workspace);
  }
}

export function onDidChangeModelSetting(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('ulmfit.model')) listener();
  });
}
