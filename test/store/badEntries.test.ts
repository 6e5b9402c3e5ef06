import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { RunMonitor } from '../../src/extension/runMonitor';
import { Store } from '../../src/store/store';
import { makeBadRuns } from './hostileRuns';
import { idleTrainer } from './idleTrainer';

let root = '';
let store = new Store('.');
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'ulmfit-bad-entries-'));
});
beforeEach(async () => {
  store = new Store(await mkdtemp(join(root, 's-')));
});
after(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

async function makeGoodRun(id: string): Promise<void> {
  await store.runs.create(id, { kind: 'encoder', name: 'good', options: {} });
  const log = await store.runs.openLog(id);
  await log.append({ event: 'result', run: id, kind: 'encoder', name: 'good', metrics: { valid_loss: 1 } });
  await log.close();
}

test('P22: a run whose event file is no such file is one bad entry of the list of runs', async () => {
  await makeGoodRun('good');
  const bad = await makeBadRuns(store);
  await mkdir(store.runs.folderOf('bad without run.json'));
  await writeFile(store.runs.folderOf('bad plain file'), 'x');
  const { runs, broken } = await store.runs.list();
  assert.deepEqual(
    runs.map(({ id, status }) => [id, status]),
    [['good', 'done']],
  );
  assert.deepEqual(
    broken.map(({ id }) => id).sort(),
    [...bad, 'bad plain file', 'bad without run.json'].sort(),
  );
  for (const { error } of broken)
    assert.match(error.code, /^(corrupt-file|file-unreadable|file-not-found)$/u, error.message);
});

test('P22: a bad run is a broken line of the extension, and takes none with it', async () => {
  await makeGoodRun('good');
  const bad = await makeBadRuns(store);
  const { views, broken } = await new RunMonitor(() => store, idleTrainer).listAll();
  assert.deepEqual(
    views.map(({ id, status }) => [id, status]),
    [['good', 'done']],
  );
  assert.deepEqual(broken.map(({ name }) => name).sort(), bad);
});

test('P22: a bad run can be removed', async () => {
  for (const id of await makeBadRuns(store)) {
    assert.equal(await store.runs.isWorkedOn(id), false);
    await store.runs.remove(id);
  }
  assert.deepEqual(await store.runs.ids(), []);
});

const facts = {
  config: { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 },
  lineage: {},
  metrics: { accuracy: 0.5 },
};
const content = { tensors: new Map([['w', { shape: [1], data: Float32Array.of(1) }]]), vocab: ['xxunk'] };

test('P22: an entry that is no entry is one bad entry of the lists of encoders and models', async () => {
  await store.encoders.save('good', facts, content);
  await store.models.save('good', { ...facts, classes: ['a'] }, content);
  for (const { folder } of [store.encoders, store.models]) {
    const manifestOf = async (name: string) => {
      await mkdir(join(folder, name));
      return join(folder, name, 'manifest.json');
    };
    await writeFile(join(folder, 'plain file'), '');
    await manifestOf('no manifest');
    await mkdir(await manifestOf('manifest is a folder'));
    const huge = await manifestOf('manifest of 1 GB');
    await writeFile(huge, '');
    await truncate(huge, 2 ** 30);
    if (process.platform === 'win32') continue;
    execFileSync('mkfifo', [await manifestOf('manifest is a pipe')]);
    await symlink('/dev/zero', await manifestOf('manifest is a device'));
    const link = await manifestOf('manifest is a link to itself');
    await symlink(link, link);
    await symlink(join(folder, 'link to itself'), join(folder, 'link to itself'));
  }
  for (const list of [await store.encoders.list(), await store.models.list()]) {
    assert.deepEqual(
      list.entries.map(({ name }) => name),
      ['good'],
    );
    assert.equal(list.broken.length, process.platform === 'win32' ? 4 : 8);
    for (const { error } of list.broken) assert.match(error.code, /^(corrupt-file|file-unreadable)$/u);
  }
});
