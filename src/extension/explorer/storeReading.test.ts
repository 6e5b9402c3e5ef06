import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Store } from '../../store/store';
import { Coalesced } from './coalesced';
import { folderSize } from './folderSize';
import { nodeFolder } from './nodeFolder';
import { StoreLists } from './storeLists';

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'ulmfit-explorer-'));
  try {
    await use(new Store(root));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

test('the store is read once until it is said to have changed', async () => {
  await withStore(async (store) => {
    const lists = new StoreLists(() => store);
    assert.deepEqual((await lists.models()).broken, []);
    await mkdir(join(store.models.folder, 'bad'), { recursive: true });
    assert.deepEqual((await lists.models()).broken, []);
    lists.forget();
    assert.deepEqual(
      (await lists.models()).broken.map(({ name }) => name),
      ['bad'],
    );
  });
});

test('the folder of something broken is found by its name', async () => {
  await withStore(async (store) => {
    const node = { kind: 'broken', name: 'bad', brokenKind: 'encoder' } as const;
    assert.equal(await nodeFolder(node, store), join(store.root, 'encoders', 'bad'));
    await assert.rejects(nodeFolder({ kind: 'model', name: 'none' }, store), { code: 'not-found' });
  });
});

test('the size of a folder counts files at any depth, and one that is gone has none', async () => {
  await withStore(async (store) => {
    await mkdir(join(store.root, 'a', 'b'), { recursive: true });
    await writeFile(join(store.root, 'a', 'one'), '12345');
    await writeFile(join(store.root, 'a', 'b', 'two'), '678');
    assert.equal(await folderSize(join(store.root, 'a')), 8);
    assert.equal(await folderSize(join(store.root, 'gone')), 0);
  });
});

test('what is asked for often is done seldom, and the last asking counts', async () => {
  let done = 0;
  const coalesced = new Coalesced(() => done++, 20);
  for (let i = 0; i < 100; i++) coalesced.ask();
  assert.equal(done, 0);
  await wait(60);
  assert.equal(done, 1);
  coalesced.ask();
  coalesced.dispose();
  await wait(60);
  assert.equal(done, 1);
});
