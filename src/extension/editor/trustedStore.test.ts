import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isInside, refuseUntrusted } from './trustedStore';

test('P15: a store inside an untrusted workspace is refused, one elsewhere is not', async () => {
  const workspace = { isTrusted: false, folders: ['/projects/a', '/projects/b'] };
  await assert.rejects(refuseUntrusted('/projects/b/.models', workspace), { code: 'bad-setting' });
  await refuseUntrusted('/home/store', workspace);
  await refuseUntrusted('/projects/b-models', workspace);
  await refuseUntrusted('/projects/b/.models', { ...workspace, isTrusted: true });
});

test('a folder whose name begins with two dots is inside all the same', async () => {
  assert.equal(await isInside('/projects/a', '/projects/a/..models'), true);
  assert.equal(await isInside('/projects/a', '/projects'), false);
});

test('P15: a link does not lead around the check', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-trust-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'workspace', 'store'), { recursive: true });
  await symlink(join(folder, 'workspace', 'store'), join(folder, 'link'), 'junction');
  assert.equal(await isInside(join(folder, 'workspace'), join(folder, 'link')), true);
});
