import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { npmCandidates, pipCandidates } from './findClient';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-find-'));
const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(root, 'bin-'));
});
after(() => {
  process.chdir(before);
  rmSync(root, { recursive: true });
});

function program(...parts: string[]): string {
  const path = join(folder, ...parts);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '', { mode: 0o755 });
  return path;
}

const linux = () => ({ env: { PATH: folder }, platform: 'linux' as const });
const windows = () => ({ env: { Path: folder }, platform: 'win32' as const });

test('pip is that of a Python, or a program of its own', async () => {
  if (process.platform === 'win32') return;
  const [python3, pip] = [program('python3'), program('pip')];
  assert.deepEqual(await pipCandidates(linux()), [
    { program: python3, arguments: ['-m', 'pip'] },
    { program: pip, arguments: [] },
  ]);
  assert.deepEqual(await npmCandidates(linux()), []);
});

test('on Windows only real programs are run, never command files', async () => {
  program('pip.cmd');
  program('python.bat');
  assert.deepEqual(await pipCandidates(windows()), []);
  const py = program('py.exe');
  assert.deepEqual(await pipCandidates(windows()), [{ program: py, arguments: ['-m', 'pip'] }]);
});

test('on Windows npm is the script beside its command file, run by the Node beside it or our own', async () => {
  program('npm.cmd');
  assert.deepEqual(await npmCandidates(windows()), []);
  const script = program('node_modules', 'npm', 'bin', 'npm-cli.js');
  assert.deepEqual(await npmCandidates(windows()), [{ program: process.execPath, arguments: [script] }]);
  const node = program('node.exe');
  assert.deepEqual(await npmCandidates(windows()), [{ program: node, arguments: [script] }]);
});

test('P21: programs are not looked for in the folder that one works in', async () => {
  program('npm');
  program('pip');
  process.chdir(folder);
  for (const PATH of ['', '.', ['', '.', 'bin'].join(delimiter)]) {
    assert.deepEqual(await npmCandidates({ env: { PATH }, platform: 'linux' }), []);
    assert.deepEqual(await pipCandidates({ env: { PATH }, platform: 'linux' }), []);
  }
  process.chdir(before);
});

test('a folder, or a file that may not be run, is no program', async () => {
  if (process.platform === 'win32') return;
  mkdirSync(join(folder, 'npm'));
  writeFileSync(join(folder, 'pip'), '', { mode: 0o644 });
  assert.deepEqual(await npmCandidates(linux()), []);
  assert.deepEqual(await pipCandidates(linux()), []);
});
