import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type FileSystem, nodeFileSystem } from './fileSystem';
import type { EntryMark, Replacing } from './replacing';
import { Store } from './store';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replacing-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const newRoot = () => mkdtemp(join(folder, 'store-'));

/** Saves an encoder of one number by a run of that number. */
async function save(store: Store, value: number, replacing?: Replacing, name = 'words'): Promise<void> {
  const tensors = new Map([['value', { shape: [1], data: new Float32Array([value]) }]]);
  const config = { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 };
  const facts = { config, lineage: { run: `run-${value}` }, metrics: {} };
  await store.encoders.save(name, facts, { tensors, vocab: [String(value)] }, replacing);
}

async function valueOf(root: string, name = 'words'): Promise<number | undefined> {
  return (await new Store(root).encoders.load(name)).tensors.get('value')?.data[0];
}

/** Whatever another process does just before the n-th time that a folder is renamed. */
function interfered(n: number, interfere: () => Promise<void>): FileSystem {
  let renames = 0;
  return {
    ...nodeFileSystem,
    async rename(from, to) {
      if (++renames === n) await interfere();
      await nodeFileSystem.rename(from, to);
    },
  };
}

const ofRun =
  (id: string) =>
  ({ run }: EntryMark) =>
    run === id;

describe('P19: a save replaces what it may, and nothing else', () => {
  test('P19: nothing, unless that was said', async () => {
    const root = await newRoot();
    const store = new Store(root);
    await save(store, 1);
    await assert.rejects(save(store, 2), { code: 'already-exists', message: /an encoder named "words"/u });
    await assert.rejects(save(store, 2, ofRun('run-2')), { code: 'already-exists' });
    await assert.rejects(save(store, 2, 'anything', 'Words'), { code: 'already-exists' });
    assert.equal(await valueOf(root), 1);
    await save(store, 2, ofRun('run-1'));
    assert.equal(await valueOf(root), 2);
    await save(store, 3, 'anything');
    assert.equal(await valueOf(root), 3);
    assert.deepEqual(await readdir(join(root, 'encoders')), ['words'], 'a refused save leaves nothing');
  });

  test('P19: an entry that cannot be read is one, too', async () => {
    const root = await newRoot();
    const store = new Store(root);
    await save(store, 1);
    await writeFile(join(root, 'encoders', 'words', 'manifest.json'), '{ damaged');
    await assert.rejects(save(store, 2), { code: 'already-exists' });
    await assert.rejects(save(store, 2, ofRun('run-1')), { code: 'already-exists' });
    const { sha256 } = await store.encoders.mark('words');
    await save(store, 2, (there) => there.sha256 === sha256);
    assert.equal(await valueOf(root), 2);
  });

  test('P19: what an interrupted save has moved aside still has its name', async () => {
    const root = await newRoot();
    await save(new Store(root), 1);
    const dies = interfered(2, () => Promise.reject(Object.assign(new Error('killed'), { code: 'EIO' })));
    const dead: FileSystem = {
      ...dies,
      rename: (from, to) =>
        to.endsWith('words') ? Promise.reject(new Error('killed')) : dies.rename(from, to),
    };
    await assert.rejects(save(new Store(root, dead), 2, 'anything'));
    assert.match((await readdir(join(root, 'encoders'))).join(), /^\.words\.old-/u);
    await assert.rejects(save(new Store(root), 3), { code: 'already-exists' });
    await assert.rejects(new Store(root).encoders.checkedNewName('words'), { code: 'already-exists' });
    assert.equal(await valueOf(root), 1);
  });

  for (const [what, there, replacing, n, left] of [
    ['that was free', undefined, 'nothing', 1, 9],
    ['that was free, of a run', undefined, ofRun('run-2'), 1, 9],
    ['that it may replace, before it is moved aside', 1, ofRun('run-1'), 1, 9],
    ['that it may replace, after it is moved aside', 1, ofRun('run-1'), 2, 9],
  ] as const) {
    test(`P19: of two that save at one moment under a name ${what}, one says that it did`, async () => {
      const root = await newRoot();
      if (there !== undefined) await save(new Store(root), there);
      const fileSystem = interfered(n, () => save(new Store(root), left, 'anything'));
      await assert.rejects(save(new Store(root, fileSystem), 2, replacing), { code: 'already-exists' });
      assert.equal(await valueOf(root), left);
      assert.deepEqual(await new Store(root).encoders.names(), ['words']);
      await save(new Store(root), 3, 'anything');
      assert.deepEqual(await readdir(join(root, 'encoders')), ['words'], 'leftovers');
    });
  }

  test('P19: a rename never goes over what came meanwhile', async () => {
    const root = await newRoot();
    await save(new Store(root), 1);
    const fileSystem = interfered(1, () => save(new Store(root), 2, 'nothing', 'other'));
    await assert.rejects(new Store(root, fileSystem).encoders.rename('words', 'other'), {
      code: 'already-exists',
    });
    assert.equal(await valueOf(root), 1);
    assert.equal(await valueOf(root, 'other'), 2);
  });

  test(
    'P19: of eight processes that save under one free name, one says that it did',
    { timeout: 120_000 },
    async () => {
      const root = await newRoot();
      const script = join(__dirname, '..', '..', 'test', 'store', 'saveOnce.ts');
      const children = Array.from({ length: 8 }, (_, version) =>
        spawn(process.execPath, ['--import', 'tsx', script, root, String(version)], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      const said = children.map(() => '');
      const ended = children.map((child) => once(child, 'close'));
      await Promise.all(
        children.map(
          (child, index) =>
            new Promise<void>((resolve) => {
              child.stdout.on('data', (part: Buffer) => {
                said[index] = `${said[index] ?? ''}${part.toString()}`;
                resolve();
              });
            }),
        ),
      );
      for (const child of children) child.stdin.end('go\n');
      await Promise.all(ended);
      const outcomes = said.map((each) => each.replace('ready\n', ''));
      assert.deepEqual(outcomes.toSorted(), [...Array<string>(7).fill('already-exists'), 'saved']);
      const { vocab } = await new Store(root).encoders.load('words');
      assert.equal(vocab[0], String(outcomes.indexOf('saved')));
      assert.deepEqual(await readdir(join(root, 'encoders')), ['words']);
    },
  );
});
