import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { UlmfitError } from '../../errors';
import { findDawn, isWebgpuInstalled, loadDawn } from './dawnLibrary';
import { folderVariable } from './folder';

const folder = mkdtempSync(join(tmpdir(), 'ulmfit-dawn-'));
const named = process.env[folderVariable];
beforeEach(() => {
  process.env[folderVariable] = folder;
});
after(() => {
  rmSync(folder, { recursive: true });
  if (named === undefined) Reflect.deleteProperty(process.env, folderVariable);
  else process.env[folderVariable] = named;
});

const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
const binding = join('dist', `${process.platform}-${architecture}`, 'dawn.node');

function isUnavailable(error: unknown): boolean {
  return error instanceof UlmfitError && error.code === 'engine-unavailable' && error.remedy.includes('onnx');
}

test('a machine without the library is told what to install', () => {
  assert.ok(!isWebgpuInstalled());
  assert.throws(() => loadDawn(), isUnavailable);
});

test('a file that is no library is a readable failure, not a crash', () => {
  const file = join(folder, 'node_modules', 'webgpu', binding);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'not a library');
  assert.equal(findDawn()?.file, file);
  assert.throws(() => loadDawn(), isUnavailable);
});
