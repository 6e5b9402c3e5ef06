import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Store } from '../../src/store/store';
import { parseTask } from '../../src/options/taskFile';

const impossible = [
  '[click here](command:workbench.action.toggleZenMode)',
  '../../elsewhere',
  'a\nb',
  'mail\u202egpj',
  '',
  'x'.repeat(65),
];

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'ulmfit-planted-'));
  try {
    await use(new Store(root));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const facts = {
  config: { emb_sz: 2, n_hid: 2, n_layers: 1, pad_token: 1 },
  lineage: {},
  metrics: {},
};
const content = { tensors: new Map(), vocab: ['xxunk', 'xxpad'] };

for (const name of impossible) {
  test(`P14: a run called ${JSON.stringify(name.slice(0, 60))} is broken, and the others are listed`, async () => {
    await withStore(async ({ runs }) => {
      await runs.create('good', { kind: 'encoder', name: 'mail', options: {} });
      await runs.create('planted', { kind: 'encoder', name: 'mail', options: {} });
      const path = join(runs.folderOf('planted'), 'run.json');
      const file = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, JSON.stringify({ ...file, name }));
      const list = await runs.list();
      assert.deepEqual(
        list.runs.map(({ id }) => id),
        ['good'],
      );
      assert.deepEqual(
        list.broken.map(({ id, error }) => [id, error.code]),
        [['planted', 'corrupt-file']],
      );
      await assert.rejects(runs.read('planted'), { code: 'corrupt-file' });
      await runs.remove('planted');
      assert.deepEqual((await runs.list()).broken, []);
    });
  });

  test(`P14: no run is begun under the name ${JSON.stringify(name.slice(0, 60))}`, async () => {
    await withStore(async ({ runs }) => {
      await assert.rejects(runs.create('r', { kind: 'encoder', name, options: {} }), { code: 'bad-setting' });
    });
  });
}

test('P14: a run answers to the name of its folder, whatever its file says', async () => {
  await withStore(async ({ runs }) => {
    await runs.create('a', { kind: 'encoder', name: 'mail', options: {} });
    await cp(runs.folderOf('a'), runs.folderOf('b'), { recursive: true });
    assert.equal((await runs.read('b')).id, 'b');
  });
});

/** Windows has no such files. */
const isPosix = process.platform !== 'win32';

test(
  'P14: folders of runs with impossible names are broken and can be removed',
  { skip: !isPosix },
  async () => {
    await withStore(async ({ runs }) => {
      await runs.create('good', { kind: 'encoder', name: 'mail', options: {} });
      const name = '[x](command:y)';
      await cp(runs.folderOf('good'), runs.folderOf(name), { recursive: true });
      const list = await runs.list();
      assert.deepEqual([list.runs.map(({ id }) => id), list.broken.map(({ id }) => id)], [['good'], [name]]);
      await runs.remove(name);
      assert.deepEqual(await runs.ids(), ['good']);
    });
  },
);

test(
  'P14: folders of entries with impossible names are broken and can be removed',
  { skip: !isPosix },
  async () => {
    await withStore(async ({ encoders }) => {
      await encoders.save('mail', facts, content);
      await encoders.save('other', facts, content);
      const name = '[x](command:y)';
      await rename(join(encoders.folder, 'other'), join(encoders.folder, name));
      const { entries, broken } = await encoders.list();
      assert.deepEqual(
        entries.map((entry) => entry.name),
        ['mail'],
      );
      assert.deepEqual(
        broken.map((each) => [each.name, each.error.code]),
        [[name, 'corrupt-file']],
      );
      await assert.rejects(encoders.load(name), { code: 'corrupt-file' });
      await encoders.rename(name, 'named');
      assert.ok(await encoders.load('named'));
    });
  },
);

test('every name that could be typed still loads', async () => {
  await withStore(async ({ runs, encoders }) => {
    for (const [index, name] of [
      'mail [b](c) $(trash)',
      'Anfragen über Züge',
      '問い合わせ',
      'x'.repeat(64),
    ].entries()) {
      await runs.create(`r${index}`, { kind: 'encoder', name, options: {} });
      await encoders.save(name, facts, content);
    }
    assert.deepEqual([(await runs.list()).broken, (await encoders.list()).broken], [[], []]);
  });
});

test('P14: a task file names no encoder that no encoder can be called', () => {
  const task = JSON.stringify({ classifier: { name: 'a', encoder: '[x](command:y)', data: ['a.csv'] } });
  assert.throws(() => parseTask(task, '/w/ulmfit.json'), { code: 'bad-setting' });
});
