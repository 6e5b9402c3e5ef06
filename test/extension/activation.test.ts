import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

const bundle = join(import.meta.dirname, '..', '..', 'dist', 'extension.js');

/** Loads the bundle in a Node of its own with a stand-in for `vscode`, and lists what it asked for. */
function modulesLoaded(): string[] {
  const script = `
    const Module = require('node:module');
    const load = Module._load;
    const asked = [];
    const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything), construct: () => ({}), apply: () => anything });
    Module._load = (request, ...rest) => {
      asked.push(request);
      return request === 'vscode' ? anything : load(request, ...rest);
    };
    const extension = require(${JSON.stringify(bundle)});
    console.log(JSON.stringify({ asked, exports: Object.keys(extension) }));
  `;
  const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const { asked, exports } = JSON.parse(output) as { asked: string[]; exports: string[] };
  assert.deepEqual(exports.sort(), ['activate', 'deactivate']);
  return asked.slice(1);
}

test('loading the extension loads nothing but parts of Node and vscode: no tensors, no ONNX Runtime', () => {
  const others = modulesLoaded().filter((name) => name !== 'vscode' && !isBuiltin(name));
  assert.deepEqual(others, []);
});
