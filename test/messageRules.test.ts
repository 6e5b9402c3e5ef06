import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');
const linter = new ESLint({ cwd: root });

/** What the linter says of how one line of code in a file of the project shows something. */
async function problems(file: string, code: string): Promise<string[]> {
  const [result] = await linter.lintText(code, { filePath: join(root, file) });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === 'no-restricted-properties')
    .map(({ message }) => message);
}

const forbidden = [
  ['src/extension/commands.ts', 'void vscode.window.showErrorMessage(text);'],
  ['src/extension/main.ts', 'void vscode.window.showInformationMessage(text);'],
  ['src/extension/training/startRun.ts', 'const { showWarningMessage } = vscode.window;'],
  ['src/extension/training/startRun.ts', "void vscode.window['showWarningMessage'](text);"],
  ['src/extension/training/multiStep.ts', 'void vscode.window.showWarningMessage(text);'],
  ['src/extension/training/taskProgress.ts', 'void vscode.window.withProgress({ title }, work);'],
  ['src/extension/editor/chooseModel.ts', 'vscode.window.setStatusBarMessage(text);'],
  ['src/extension/explorer/rename.ts', 'void vscode.window.showInputBox({ prompt });'],
  ['src/extension/explorer/rename.ts', 'vscode.window.createInputBox();'],
  ['src/extension/explorer/runsView.ts', 'new vscode.MarkdownString(name);'],
] as const;

for (const [file, code] of forbidden) {
  test(`P14: ${file} may not contain ${code}`, async () => {
    assert.notDeepEqual(await problems(file, code), []);
  });
}

const allowed = [
  ['src/extension/messages/notifications.ts', 'void vscode.window.showErrorMessage(text);'],
  ['src/extension/messages/notifications.ts', 'void vscode.window.withProgress({ title }, work);'],
  ['src/extension/training/multiStep.ts', 'vscode.window.createInputBox();'],
  ['src/extension/explorer/tooltip.ts', 'new vscode.MarkdownString(name);'],
] as const;

for (const [file, code] of allowed) {
  test(`${file} may contain ${code}`, async () => {
    assert.deepEqual(await problems(file, code), []);
  });
}
