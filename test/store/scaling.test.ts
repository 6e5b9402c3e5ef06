import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RunMonitor } from '../../src/extension/runMonitor';
import { Store } from '../../src/store/store';
import { type Counted, countCalls } from './countedCalls';
import { idleTrainer } from './idleTrainer';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'ulmfit-scaling-'));
});
after(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

async function storeOfRuns(count: number): Promise<Store> {
  const store = new Store(await mkdtemp(join(root, 'runs-')));
  for (let i = 0; i < count; i++) {
    const id = `run-${String(i).padStart(5, '0')}`;
    const folder = store.runs.folderOf(id);
    await mkdir(folder, { recursive: true });
    const createdAt = '2024-06-07T12:00:00.000Z';
    const run = { formatVersion: 1, id, kind: 'encoder', name: 'mail', createdAt, options: {} };
    await writeFile(join(folder, 'run.json'), JSON.stringify(run));
    const result = { event: 'result', run: id, kind: 'encoder', name: 'mail', metrics: { valid_loss: 1 } };
    await writeFile(join(folder, 'events.ndjson'), `${JSON.stringify(result)}\n`);
  }
  return store;
}

async function storeOfModels(count: number): Promise<Store> {
  const store = new Store(await mkdtemp(join(root, 'models-')));
  const config = { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 };
  const content = { tensors: new Map([['w', { shape: [1], data: Float32Array.of(1) }]]), vocab: ['xxunk'] };
  await store.models.save('m0', { config, lineage: {}, metrics: {}, classes: ['a'] }, content);
  for (let i = 1; i < count; i++) {
    await cp(join(store.models.folder, 'm0'), join(store.models.folder, `m${i}`), { recursive: true });
  }
  return store;
}

/** Calls and names grow no faster than what is listed, some fixed calls aside. */
function assertLinear(few: Counted, many: Counted, times: number): void {
  for (const key of ['calls', 'namesRead', 'bytesRead'] as const) {
    assert.ok(
      many[key] <= times * few[key],
      `${key}: ${few[key]} for few, ${many[key]} for ${times} times as many`,
    );
  }
}

test('P22: what a list of runs costs grows with their number, not with its square', async () => {
  const [few, many] = [await storeOfRuns(10), await storeOfRuns(500)];
  assertLinear(await countCalls(() => few.runs.list()), await countCalls(() => many.runs.list()), 50);
});

test('P22: what the extension’s list of runs costs grows with their number, and again costs two looks at each', async () => {
  const [few, many] = [await storeOfRuns(10), await storeOfRuns(500)];
  const [ofFew, ofMany] = [new RunMonitor(() => few, idleTrainer), new RunMonitor(() => many, idleTrainer)];
  assertLinear(await countCalls(() => ofFew.list()), await countCalls(() => ofMany.list()), 50);
  const again = await countCalls(() => ofMany.list());
  // At its event file, and whether somebody has taken its lock.
  assert.ok(again.calls <= 2 * 500 + 5, `${again.calls} calls to list 500 runs again`);
  assert.equal(again.bytesRead, 0);
});

test('P22: what a list of models costs grows with their number, not with its square', async () => {
  const [few, many] = [await storeOfModels(10), await storeOfModels(300)];
  assertLinear(await countCalls(() => few.models.list()), await countCalls(() => many.models.list()), 30);
});

test('P22: junk beside the models costs no more than itself', async () => {
  const store = await storeOfModels(3);
  for (let i = 0; i < 2000; i++) await writeFile(join(store.models.folder, `junk-${i}`), '');
  const counts = await countCalls(async () => {
    const { entries, broken } = await store.models.list();
    assert.deepEqual([entries.length, broken.length], [3, 2000]);
  });
  assert.ok(counts.calls <= 10 * 2003 && counts.namesRead <= 10 * 2003, JSON.stringify(counts));
});

test('P22: of an event file of any size a list reads its ends alone', async () => {
  const store = await storeOfRuns(1);
  const path = join(store.runs.folderOf('run-00000'), 'events.ndjson');
  const step = (i: number) =>
    `${JSON.stringify({ event: 'progress', part: 'train', phase: 1, epoch: 1, batch: i, batches: 99999, step: i, loss: 1 })}\n`;
  await writeFile(path, Array.from({ length: 100_000 }, (_, i) => step(i)).join(''));
  const { bytesRead } = await countCalls(() => new RunMonitor(() => store, idleTrainer).list());
  assert.ok(bytesRead <= 300_000, `${bytesRead} bytes read`);
  // Full of NULs, as the file of a machine that lost its power can be.
  await truncate(path, 0);
  await truncate(path, 600 * 2 ** 20);
  const nuls = await countCalls(() => new RunMonitor(() => store, idleTrainer).listAll());
  assert.ok(nuls.bytesRead <= 70 * 2 ** 20, `${nuls.bytesRead} bytes read`);
});
