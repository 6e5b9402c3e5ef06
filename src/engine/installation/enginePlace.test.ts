import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkProgram, placeOf, refuseInStore, storeVariable } from './enginePlace';
import { enginesVariable } from './enginesFolder';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-place-'));
const store = join(root, 'store');
const outside = join(root, 'store-not', 'backend.js');
const kept = [storeVariable, enginesVariable].map((name) => [name, process.env[name]] as const);

before(() => {
  mkdirSync(join(store, 'engines', 'tensorflow'), { recursive: true });
  mkdirSync(join(root, 'store-not'));
  writeFileSync(join(store, 'engines', 'tensorflow', 'backend.js'), '');
  writeFileSync(outside, '');
  process.env[storeVariable] = store;
});
after(() => {
  for (const [name, value] of kept) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  rmSync(root, { recursive: true });
});

function inStore(path: string): void {
  assert.throws(() => {
    refuseInStore(path);
  }, /lies in the store, which holds data and never programs/u);
}

test('P21: no path below the store is loaded, there or not, through links too', (t) => {
  inStore(store);
  inStore(join(store, 'engines', 'tensorflow', 'backend.js'));
  inStore(join(store, 'not', 'there', 'yet'));
  inStore(join(root, 'store-not', '..', 'store', 'x'));
  if (process.platform === 'win32') return;
  symlinkSync(join(store, 'engines'), join(root, 'link'));
  inStore(join(root, 'link', 'tensorflow', 'backend.js'));
  symlinkSync(store, join(root, 'other-store'));
  process.env[storeVariable] = join(root, 'other-store');
  t.after(() => (process.env[storeVariable] = store));
  inStore(join(store, 'engines', 'tensorflow', 'backend.js'));
});

test('a folder beside the store whose name begins like its is no store', () => {
  refuseInStore(outside);
  refuseInStore(root);
});

test('P21: what the user named is loaded unverified, but not out of the store in use', () => {
  checkProgram('tensorflow', { folder: join(root, 'store-not'), isNamed: true }, outside);
  const folder = join(store, 'engines', 'tensorflow');
  assert.throws(() => {
    checkProgram('tensorflow', { folder, isNamed: true }, join(folder, 'backend.js'));
  }, /lies in the store/u);
});

test('P21: what was not named is verified', () => {
  assert.throws(() => {
    checkProgram('tensorflow', { folder: join(root, 'store-not'), isNamed: false }, outside);
  }, /no record of what was installed/u);
});

test('engines are looked for where the user says, else in the folder of the engines, never in the store', () => {
  process.env[enginesVariable] = join(root, 'engines');
  assert.deepEqual(placeOf('webgpu', 'ULMFIT_TEST_NOT_SET'), {
    folder: join(root, 'engines', 'webgpu'),
    isNamed: false,
  });
  process.env['ULMFIT_TEST_SET'] = join(root, 'named');
  assert.deepEqual(placeOf('webgpu', 'ULMFIT_TEST_SET'), { folder: join(root, 'named'), isNamed: true });
});
