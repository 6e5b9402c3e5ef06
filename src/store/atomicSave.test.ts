import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { describeError, UlmfitError } from '../errors';
import { failingFileSystem } from './failingFileSystem';
import { nodeFileSystem } from './fileSystem';
import { Store } from './store';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-save-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function save(store: Store, version: number): Promise<void> {
  const tensors = new Map([['version', { shape: [3], data: new Float32Array(3).fill(version) }]]);
  await store.encoders.save(
    'enc',
    { config: { emb_sz: 4, n_hid: 8, n_layers: 1, pad_token: 1 }, lineage: {}, metrics: { version } },
    { tensors, vocab: ['xxunk', 'xxpad', String(version)] },
    'anything',
  );
}

/** The version that loads, with its parts compared with each other. */
async function versionOf(store: Store, name = 'enc'): Promise<number> {
  const { tensors, vocab, manifest } = await store.encoders.load(name);
  const version = tensors.get('version')?.data[0];
  assert.equal(manifest.metrics['version'], version);
  assert.equal(Number(vocab.at(-1)), version);
  return version ?? -1;
}

describe('P6: a failure at any file-system call leaves the old or the new version loadable', () => {
  for (const code of ['ENOSPC', 'EACCES', 'EIO']) {
    for (const forever of [false, true]) {
      test(`${code} at call 1, 2, … ${forever ? 'and all after it' : 'once'}`, async () => {
        const root = await mkdtemp(join(folder, 'n-'));
        const store = new Store(root);
        await save(store, 1);
        let current = 1;
        let failedSaves = 0;
        for (let n = 1; ; n++) {
          const { fileSystem, hasFailed } = failingFileSystem(nodeFileSystem, n, code, forever);
          const failure = await save(new Store(root, fileSystem), current + 1).then(
            () => undefined,
            (error: unknown) => error,
          );
          const loaded = await versionOf(store);
          if (failure === undefined) {
            assert.equal(loaded, current + 1, `call ${n}: what was reported as saved is what loads`);
          } else {
            failedSaves++;
            assert.ok(
              failure instanceof UlmfitError && failure.code === 'save-failed',
              describeError(failure),
            );
            assert.ok(failure.remedy.length > 10);
            assert.ok([current, current + 1].includes(loaded), `call ${n}: version ${loaded}`);
            if (!forever) assert.equal(loaded, current, `call ${n}: a failed save changes nothing`);
          }
          assert.deepEqual((await store.encoders.list()).broken, []);
          // The next save works, and nothing is left behind.
          await save(store, current + 2);
          assert.equal(await versionOf(store), current + 2);
          assert.deepEqual(await readdir(join(root, 'encoders')), ['enc'], `call ${n}: leftovers`);
          current += 2;
          if (!hasFailed()) break;
        }
        assert.ok(failedSaves > 15, `${failedSaves} saves failed`);
      });
    }
  }

  test('a first save that fails leaves nothing that is listed', async () => {
    const root = await mkdtemp(join(folder, 'first-'));
    for (let n = 1; ; n++) {
      const { fileSystem, hasFailed } = failingFileSystem(nodeFileSystem, n, 'ENOSPC', true);
      const saved = await save(new Store(root, fileSystem), n).then(
        () => true,
        () => false,
      );
      const { entries, broken } = await new Store(root).encoders.list();
      assert.deepEqual(broken, []);
      if (saved) assert.equal(entries.length, 1);
      for (const { name } of entries) await new Store(root).encoders.remove(name);
      if (!hasFailed()) break;
    }
  });
});

test('P5: the message of a failed save names the folder, the cause and what to do', async () => {
  const { fileSystem } = failingFileSystem(nodeFileSystem, 8, 'ENOSPC', true);
  const root = await mkdtemp(join(folder, 'message-'));
  await assert.rejects(save(new Store(root, fileSystem), 1), (error) => {
    assert.ok(error instanceof UlmfitError);
    assert.ok(error.message.includes(join(root, 'encoders', 'enc')), error.message);
    assert.match(error.message, /the disk is full/);
    assert.match(error.remedy, /Free some space/);
    return true;
  });
});

test('a rename that fails half way through removing or renaming leaves the entry under one of its names', async () => {
  for (let n = 1; n < 12; n++) {
    const root = await mkdtemp(join(folder, 'move-'));
    await save(new Store(root), 1);
    const { fileSystem } = failingFileSystem(nodeFileSystem, n, 'EIO', true);
    await new Store(root, fileSystem).encoders.rename('enc', 'other').catch(() => undefined);
    const names = await new Store(root).encoders.names();
    assert.equal(names.length, 1, names.join());
    assert.equal(await versionOf(new Store(root), names[0] ?? ''), 1);
  }
});

test('P6: kill -9 at any moment leaves a version that loads', { timeout: 120_000 }, async () => {
  const root = await mkdtemp(join(folder, 'kill-'));
  const script = join(__dirname, '..', '..', 'test', 'store', 'saveForever.ts');
  let version = 0;
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, root, String(version + 1)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 7 + round * 13));
    child.kill('SIGKILL');
    await exited;
    const loaded = await versionOf(new Store(root), 'kept');
    assert.ok(loaded > version, `round ${round}: ${loaded} after ${version}`);
    version = loaded;
  }
});
