import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Store } from './store';

const isWindows = process.platform === 'win32';

async function setUp(t: { after: (fn: () => Promise<void>) => void }) {
  const folder = await mkdtemp(join(tmpdir(), 'links-'));
  t.after(() => rm(folder, { recursive: true }));
  const store = new Store(join(folder, 'store'));
  await store.runs.create('run', { kind: 'encoder', name: 'words', options: {} });
  const outside = join(folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'file'), 'the user’s own\n');
  return { store, outside, run: store.runs.folderOf('run') };
}

test(
  'P16: a run that is a link is not worked on, and removing it leaves what it leads to',
  { skip: isWindows },
  async (t) => {
    const { store, outside, run } = await setUp(t);
    await rename(run, join(outside, 'run'));
    await symlink(join(outside, 'run'), run);
    await assert.rejects(store.runs.lock('run'), { code: 'corrupt-file', message: /it is a link/u });
    assert.equal((await store.runs.list()).broken.length, 1);
    await store.runs.remove('run');
    assert.deepEqual(await store.runs.ids(), []);
    assert.deepEqual((await readdir(join(outside, 'run'))).sort(), ['checkpoints', 'run.json']);
  },
);

for (const [name, target] of [
  ['events.ndjson', 'file'],
  ['checkpoints', ''],
] as const) {
  test(`P16: a run whose ${name} lead out of the store is not worked on`, { skip: isWindows }, async (t) => {
    const { store, outside, run } = await setUp(t);
    await rm(join(run, name), { recursive: true, force: true });
    await symlink(join(outside, target), join(run, name));
    await assert.rejects(store.runs.lock('run'), { code: 'corrupt-file', message: /it is a link/u });
    assert.deepEqual(await readdir(outside), ['file']);
    assert.equal(await readFile(join(outside, 'file'), 'utf8'), 'the user’s own\n');
    await store.runs.remove('run');
    assert.deepEqual(await readdir(outside), ['file']);
  });
}
