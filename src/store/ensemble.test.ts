import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { saveEnsembleOf } from './ensemble';
import { writeStoreFolder } from './exportFolder';
import { failingFileSystem } from './failingFileSystem';
import { nodeFileSystem } from './fileSystem';
import { Store } from './store';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-ensemble-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const sizes = { emb_sz: 4, n_hid: 8, n_layers: 1, pad_token: 1 };

async function saveModel(
  store: Store,
  name: string,
  value: number,
  classes = ['ham', 'spam'],
): Promise<void> {
  const tensors = new Map([['w', { shape: [2], data: new Float32Array(2).fill(value) }]]);
  const config = { ...sizes, ...(name === 'bwd' ? { backwards: true } : {}) };
  const facts = { config, lineage: { encoder: `lm-${name}` }, metrics: { accuracy: value }, classes };
  await store.models.save(name, facts, { tensors, vocab: ['xxunk', name] }, undefined, 'anything');
}

async function memberValues(store: Store, name: string): Promise<[number | undefined, string | undefined][]> {
  const { members = [] } = await store.models.load(name);
  return members.map(({ tensors, vocab }) => [tensors.get('w')?.data[0], vocab[1]]);
}

describe('an ensemble', () => {
  test('has copies of its members: it stays whole when they are replaced, renamed and deleted', async (t) => {
    const store = new Store(await temporaryFolder(t));
    await saveModel(store, 'fwd', 1);
    await saveModel(store, 'bwd', 2);
    assert.deepEqual(await saveEnsembleOf(store, 'both', ['fwd', 'bwd']), ['fwd', 'bwd']);
    await saveModel(store, 'fwd', 7);
    await store.models.rename('fwd', 'other');
    await store.models.remove('bwd');
    assert.deepEqual(await memberValues(store, 'both'), [
      [1, 'fwd'],
      [2, 'bwd'],
    ]);
    const { manifest } = await store.models.show('both');
    assert.deepEqual(
      manifest.members?.map(({ name, config, lineage, metrics }) => [
        ...[name, config.backwards, lineage.encoder, metrics['accuracy']],
      ]),
      [
        ['fwd', undefined, 'lm-fwd', 1],
        ['bwd', true, 'lm-bwd', 2],
      ],
    );
    assert.deepEqual(manifest.classes, ['ham', 'spam']);
  });

  test('of an ensemble has all their members, once each', async (t) => {
    const store = new Store(await temporaryFolder(t));
    for (const [index, name] of ['a', 'b', 'c'].entries()) await saveModel(store, name, index);
    await saveEnsembleOf(store, 'ab', ['a', 'b']);
    assert.deepEqual(await saveEnsembleOf(store, 'abc', ['ab', 'c']), ['a', 'b', 'c']);
    assert.deepEqual(await memberValues(store, 'abc'), [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
  });

  test('refuses one model, the same twice, itself, other classes and what is not there', async (t) => {
    const store = new Store(await temporaryFolder(t));
    await saveModel(store, 'fwd', 1);
    await saveModel(store, 'bwd', 2);
    await saveModel(store, 'else', 3, ['ham', 'eggs']);
    const refused: [string, string[], string][] = [
      ['both', ['fwd'], 'bad-setting'],
      ['both', ['fwd', 'fwd'], 'bad-setting'],
      ['FWD', ['fwd', 'bwd'], 'bad-setting'],
      ['both', ['fwd', 'else'], 'bad-setting'],
      ['both', ['fwd', 'gone'], 'not-found'],
      ['a/b', ['fwd', 'bwd'], 'bad-setting'],
    ];
    for (const [name, models, code] of refused) {
      await assert.rejects(saveEnsembleOf(store, name, models), { code });
    }
    assert.deepEqual(await store.models.names(), ['bwd', 'else', 'fwd']);
  });

  test('notices that the file of a member was altered', async (t) => {
    const store = new Store(await temporaryFolder(t));
    await saveModel(store, 'fwd', 1);
    await saveModel(store, 'bwd', 2);
    await saveEnsembleOf(store, 'both', ['fwd', 'bwd']);
    const { folder } = await store.models.show('both');
    await rm(join(folder, 'member2.safetensors'));
    await assert.rejects(store.models.load('both'), { code: 'corrupt-file' });
  });

  test('is exported whole, and the export loads again', async (t) => {
    const folder = await temporaryFolder(t);
    const store = new Store(folder);
    await saveModel(store, 'fwd', 1);
    await saveModel(store, 'bwd', 2);
    await saveEnsembleOf(store, 'both', ['fwd', 'bwd']);
    // Where another store looks for its model of that name.
    const target = join(folder, 'elsewhere', 'models', 'copy');
    await writeStoreFolder(await store.models.load('both'), target);
    const elsewhere = new Store(join(folder, 'elsewhere'));
    assert.deepEqual(await memberValues(elsewhere, 'copy'), await memberValues(store, 'both'));
  });
});

describe('an export', () => {
  test('goes into a new or an empty folder, never among files of the user', async (t) => {
    const folder = await temporaryFolder(t);
    const store = new Store(join(folder, 'store'));
    await saveModel(store, 'fwd', 1);
    const entry = await store.models.load('fwd');
    const empty = await mkdtemp(join(folder, 'empty-'));
    await writeStoreFolder(entry, empty);
    const files = await readdir(empty);
    assert.deepEqual(files.sort(), ['manifest.json', 'model.safetensors', 'vocab.json']);
    for (const target of [empty, join(empty, 'vocab.json')]) {
      await assert.rejects(writeStoreFolder(entry, target), { code: 'already-exists' });
    }
    assert.deepEqual((await readdir(empty)).sort(), files);
  });

  test('P6: that fails at any file-system call leaves nothing behind, and a later one works', async (t) => {
    const folder = await temporaryFolder(t);
    const store = new Store(join(folder, 'store'));
    await saveModel(store, 'fwd', 1);
    const entry = await store.models.load('fwd');
    const target = join(folder, 'out');
    let failures = 0;
    for (let n = 1; ; n++) {
      const { fileSystem, hasFailed } = failingFileSystem(nodeFileSystem, n, 'ENOSPC', false);
      const failure = await writeStoreFolder(entry, target, fileSystem).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) {
        assert.deepEqual((await readdir(target)).sort(), [
          'manifest.json',
          'model.safetensors',
          'vocab.json',
        ]);
        if (!hasFailed()) break;
        await rm(target, { recursive: true });
      } else {
        failures++;
        assert.ok(failure instanceof Error && 'code' in failure && failure.code === 'save-failed');
        assert.ok(!(await readdir(folder)).includes('out'), `call ${n}`);
      }
    }
    assert.ok(failures > 10);
  });
});
