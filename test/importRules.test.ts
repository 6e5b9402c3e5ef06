import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');
const linter = new ESLint({ cwd: root });

/** The messages of the import rules for one line of code in a file of the project. */
async function importProblems(file: string, code: string): Promise<string[]> {
  const [result] = await linter.lintText(code, { filePath: join(root, file) });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === 'no-restricted-imports')
    .map(({ message }) => message);
}

const forbidden = [
  ['src/text/vocab.ts', "import '../model/awdLstm';"],
  ['src/random.ts', "import './text/vocab';"],
  ['src/engine/keptBits.ts', "import '../text/vocab';"],
  ['src/data/samplers.ts', "import '../engine/keptBits';"],
  ['src/store/store.ts', "import '../data/readRows';"],
  ['src/data/readRows.ts', "import '../training/learner';"],
  ['src/model/awdLstm.ts', "import '../inference/generate';"],
  ['src/training/learner.ts', "import '../trainer/trainer';"],
  ['src/cli/main.ts', "import '../training/learner';"],
  ['src/protocol/requests.ts', "import '../store/store';"],
  ['src/model/awdLstm.ts', "import '../ulmfit';"],
  ['src/model/awdLstm.ts', "import 'onnxruntime-node';"],
  ['src/training/learner.ts', "import '@tensorflow/tfjs-backend-cpu';"],
  ['src/trainer/trainer.ts', "import 'vscode';"],
  ['src/trainer/trainer.ts', "import 'node:https';"],
  ['src/extension/main.ts', "import 'net';"],
  ['src/extension/main.ts', "import '../training/learner';"],
  ['src/extension/editor/classifyFile.ts', "import '../../training/learner';"],
  ['src/extension/editor/classifyFile.ts', "import '../../../src/training/learner';"],
  ['src/engine/onnx/kernels/gemm.ts', "import '../../../text/vocab';"],
  ['src/trainer/download/httpGet.ts', "import '../../extension/main';"],
  ['webview/page.ts', "import '../src/store/store';"],
  ['webview/page.ts', "import 'node:fs';"],
  ['webview/page.ts', "import '@vscode/webview-ui-toolkit';"],
] as const;

for (const [file, code] of forbidden) {
  test(`${file} may not contain ${code}`, async () => {
    assert.notDeepEqual(await importProblems(file, code), []);
  });
}

const allowed = [
  ['src/data/samplers.ts', "import '../random';"],
  ['src/data/readRows.ts', "import '../text/vocab';"],
  ['src/trainer/trainer.ts', "import '../protocol/connection';"],
  ['src/engine/engines.ts', "import '@tensorflow/tfjs-backend-cpu';"],
  ['src/cli/main.ts', "import '../store/store';"],
  ['src/extension/editor/classifyFile.ts', "import '../training/taskProgress';"],
  ['src/extension/editor/classifyFile.ts', "import '../../store/store';"],
  ['src/cli/program.ts', "import '../../package.json';"],
  ['src/trainer/download/httpGet.ts', "import 'node:https';"],
  ['webview/page.ts', "import '../src/protocol/dashboard';"],
  ['webview/controls.ts', "import '@vscode/webview-ui-toolkit';"],
] as const;

for (const [file, code] of allowed) {
  test(`${file} may contain ${code}`, async () => {
    assert.deepEqual(await importProblems(file, code), []);
  });
}
