import assert from 'node:assert/strict';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { closeToOthers } from './ownerOnly';

let root = '';
const at = (...parts: string[]) => join(root, 'store', ...parts);
const mode = (...parts: string[]) => (lstatSync(at(...parts)).mode & 0o777).toString(8);

/** As older versions left it. */
function loose(path: string, content?: string): void {
  const full = at(path);
  mkdirSync(content === undefined ? full : join(full, '..'), { recursive: true });
  if (content !== undefined) writeFileSync(full, content);
  for (let each = full; each !== root; each = join(each, '..')) {
    chmodSync(each, lstatSync(each).isDirectory() ? 0o755 : 0o644);
  }
}

describe('closing a store that older versions made', { skip: process.platform === 'win32' }, () => {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ulmfit-modes-'));
    loose('encoders/mail/manifest.json', '{}');
    loose('encoders/mail/vocab.json', '[]');
    loose('models/.tickets.old-000000000000001-00000000/vocab.json', '[]');
    loose('models/tickets/manifest.json', '{}');
    loose('runs/r1/run.json', '{}');
    loose('runs/r1/checkpoints/step-000001/state.safetensors', '');
    loose('engine-checks.json', '{}');
    loose('notes.txt', 'mine');
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test('P23: everything of ours in an old store becomes its owner’s alone', async () => {
    await closeToOthers(at());
    for (const folder of ['encoders', 'encoders/mail', 'models', 'runs', 'runs/r1', 'runs/r1/checkpoints'])
      assert.equal(mode(folder), '700', folder);
    for (const file of [
      ...['encoders/mail/vocab.json', 'models/.tickets.old-000000000000001-00000000/vocab.json'],
      ...['runs/r1/run.json', 'runs/r1/checkpoints/step-000001/state.safetensors', 'engine-checks.json'],
    ])
      assert.equal(mode(file), '600', file);
  });

  test('the store’s own folder and what lies beside are the user’s', async () => {
    await closeToOthers(at());
    assert.equal(mode(), '755');
    assert.equal(mode('notes.txt'), '644');
  });

  test('a folder with other things in it stays open, and ours in it are closed', async () => {
    loose('models/resnet/weights.bin', '');
    loose('models/README.md', 'mine');
    await closeToOthers(at());
    assert.equal(mode('models'), '755');
    assert.equal(mode('models/resnet'), '755');
    assert.equal(mode('models/resnet/weights.bin'), '644');
    assert.equal(mode('models/README.md'), '644');
    assert.equal(mode('models/tickets'), '700');
    assert.equal(mode('models/tickets/manifest.json'), '600');
  });

  test('links are not followed, and a file with another name stays', async () => {
    mkdirSync(join(root, 'mine'));
    writeFileSync(join(root, 'mine', 'letter.txt'), '');
    writeFileSync(join(root, 'mine', 'other.txt'), '');
    for (const path of ['mine', 'mine/letter.txt', 'mine/other.txt']) chmodSync(join(root, path), 0o755);
    symlinkSync(join(root, 'mine'), at('runs/r1/linked'));
    symlinkSync(join(root, 'mine/letter.txt'), at('runs/r1/letter.txt'));
    linkSync(join(root, 'mine/other.txt'), at('runs/r1/other.txt'));
    await closeToOthers(at());
    for (const path of ['mine', 'mine/letter.txt', 'mine/other.txt'])
      assert.equal((lstatSync(join(root, path)).mode & 0o777).toString(8), '755', path);
    assert.equal(mode('runs/r1'), '700');
  });

  test('what is closed is not walked again', async () => {
    await closeToOthers(at());
    chmodSync(at('runs/r1/run.json'), 0o644);
    await closeToOthers(at());
    assert.equal(mode('runs/r1/run.json'), '644');
  });

  test('a store that is not there, or is a file, is no error', async () => {
    await closeToOthers(at('none'));
    await closeToOthers(at('notes.txt'));
  });
});
