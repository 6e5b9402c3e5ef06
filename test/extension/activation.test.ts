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
    const anything = new Proxy(class {}, {
      get: (target, key) => (key === Symbol.toPrimitive ? () => '' : key === 'prototype' ? target.prototype : anything),
      apply: () => anything,
    });
    // esbuild copies what the module owns, so the stand-in must own every name that the bundle uses.
    const source = require('node:fs').readFileSync(${JSON.stringify(bundle)}, 'utf8');
    const names = [...source.matchAll(/\\bvscode\\d*\\.(\\w+)/g)].map(([, name]) => name);
    const vscode = Object.fromEntries(names.map((name) => [name, anything]));
    Module._load = (request, ...rest) => {
      asked.push(request);
      return request === 'vscode' ? vscode : load(request, ...rest);
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
  const loaded = modulesLoaded();
  assert.ok(loaded.includes('vscode'));
  const others = loaded.filter((name) => name !== 'vscode' && !isBuiltin(name));
  assert.deepEqual(others, []);
});
