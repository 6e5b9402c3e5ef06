import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { UlmfitError } from '../errors';
import { failingFileSystem } from './failingFileSystem';
import { nodeFileSystem } from './fileSystem';
import { ProcessLock } from './processLock';
import { newRunId, readRunFile } from './runs';
import { Store } from './store';

let folder = '';
let store = new Store('.');
const id = '20240607-120000-abcd';
const at = (...parts: string[]) => join(store.root, 'runs', id, ...parts);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runs-'));
});
beforeEach(async () => {
  store = new Store(await mkdtemp(join(folder, 's-')));
  await store.runs.create(id, { kind: 'encoder', name: 'enc', options: { epochs: 2, lr: 0.01 } });
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const log = async (...events: Record<string, unknown>[]) => {
  const file = await store.runs.openLog(id);
  for (const event of events) await file.append(event);
  await file.sync();
  await file.close();
};

describe('runs', () => {
  test('run.json keeps what was asked for, and can be read from anywhere', async () => {
    const run = await readRunFile(at('run.json'));
    assert.deepEqual(run, await store.runs.read(id));
    assert.deepEqual(run.options, { epochs: 2, lr: 0.01 });
    await assert.rejects(store.runs.create(id, run), { code: 'already-exists' });
    await assert.rejects(store.runs.create('../x', run), { code: 'bad-setting' });
    await assert.rejects(store.runs.read('20240607'), { code: 'not-found' });
  });

  test('ids sort by time', () => {
    assert.match(newRunId(new Date('2024-06-07T12:34:56Z')), /^20240607-123456-[0-9a-f]{4}$/);
  });

  test('the list has the latest first and reports a run that cannot be read', async () => {
    await store.runs.create('20250101-000000-ffff', { kind: 'classifier', name: 'c', options: {} });
    await mkdir(join(store.root, 'runs', 'broken'));
    const { runs, broken } = await store.runs.list();
    assert.deepEqual(
      runs.map((run) => run.id),
      ['20250101-000000-ffff', id],
    );
    assert.deepEqual(
      broken.map((run) => run.id),
      ['broken'],
    );
  });

  test('P11: the status is told by a live process, and where there is none by the last event', async () => {
    assert.equal(await store.runs.status(id), 'interrupted');
    const lock = await store.runs.lock(id);
    assert.equal(await store.runs.status(id), 'running');
    await log({ event: 'started' }, { event: 'paused' });
    assert.equal(await store.runs.status(id), 'running', 'the last event is of the last time');
    assert.equal(await store.runs.ending(id), 'paused');
    await assert.rejects(store.runs.remove(id), { code: 'in-use', message: /worked on by process/ });
    const silent = new Date(Date.now() - 20_000);
    await utimes(at('process.json'), silent, silent);
    assert.equal(await store.runs.status(id), 'not-responding');
    await assert.rejects(store.runs.remove(id), { code: 'in-use', message: /not responding/ });
    await lock.release();
    assert.equal(await store.runs.status(id), 'paused');
    await writeFile(at('process.json'), '{"pid":999999999}');
    assert.equal(await store.runs.status(id), 'paused', 'no such process');
    await log({ event: 'started' });
    assert.equal(await store.runs.status(id), 'interrupted');
    await log({ event: 'started' }, { event: 'result' });
    assert.equal(await store.runs.status(id), 'done');
    await log({ event: 'started' }, { event: 'cancelled' });
    assert.equal(await store.runs.status(id), 'cancelled');
    await store.runs.remove(id);
    assert.deepEqual((await store.runs.list()).runs, []);
  });

  test('P25: a new run has its owner from the first, and none where it could not be created', async () => {
    const run = { kind: 'encoder', name: 'enc', options: {} } as const;
    const { lock } = await store.runs.begin('new', run);
    assert.equal(await store.runs.status('new'), 'running');
    await lock.release();
    assert.equal(await store.runs.status('new'), 'interrupted');
    for (let n = 1; ; n++) {
      const { fileSystem, hasFailed } = failingFileSystem(nodeFileSystem, n, 'ENOSPC', false);
      const begun = await new Store(store.root, fileSystem).runs
        .begin(`n${n}`, run)
        .catch((error: unknown) => error);
      if (!hasFailed()) break;
      assert.ok(begun instanceof UlmfitError, `call ${n}`);
      assert.ok(!(await store.runs.ids()).includes(`n${n}`), `call ${n}`);
    }
  });

  test('P25: a full disk does not keep a run from being removed', async (t) => {
    await writeFile(at('process.json'), '{"pid":999999999}');
    t.mock.method(ProcessLock, 'take', () =>
      Promise.reject(new UlmfitError('save-failed', 'The disk is full.', 'Free some space.')),
    );
    await store.runs.remove(id);
    assert.deepEqual(await store.runs.ids(), []);
  });
});

describe('the event file', () => {
  test('events come back in order; a half last line is ignored, and cut off by the next writer', async () => {
    await log({ event: 'started' }, { event: 'epoch', epoch: 1, text: 'two\nlines' });
    await appendFile(at('events.ndjson'), '{"event":"epo');
    assert.deepEqual(await store.runs.events(id), {
      events: [{ event: 'started' }, { event: 'epoch', epoch: 1, text: 'two\nlines' }],
      broken: [],
    });
    await log({ event: 'result' });
    const text = await readFile(at('events.ndjson'), 'utf8');
    assert.deepEqual(text.split('\n').length, 4);
    assert.deepEqual((await store.runs.events(id)).events.at(-1), { event: 'result' });
  });

  test('whole lines that are no events are counted, the rest is read', async () => {
    await log({ event: 'started' });
    await appendFile(at('events.ndjson'), 'nonsense\n[1]\n{"event":"epoch"}\n');
    const { events, broken } = await store.runs.events(id);
    assert.deepEqual(broken, [2, 3]);
    assert.equal(events.length, 2);
  });

  test('events given at once keep their order', async () => {
    const file = await store.runs.openLog(id);
    await Promise.all(Array.from({ length: 200 }, (_, i) => file.append({ event: 'progress', i })));
    await file.close();
    const { events } = await store.runs.events(id);
    assert.deepEqual(
      events.map((event) => event['i']),
      Array.from({ length: 200 }, (_, i) => i),
    );
  });
});

describe('checkpoints', () => {
  const content = (step: number) => ({
    tensors: new Map([['w', { shape: [2], data: Float32Array.of(step, step) }]]),
    state: { epoch: 1, generator: { position: step } },
  });

  test('what was saved is loaded', async () => {
    const checkpoints = await store.runs.checkpoints(id);
    assert.equal(await checkpoints.save(123, content(123)), at('checkpoints', 'step-000123'));
    const { checkpoint, skipped } = await checkpoints.latestValid();
    assert.deepEqual(skipped, []);
    assert.equal(checkpoint?.step, 123);
    assert.deepEqual(checkpoint.state, content(123).state);
    assert.deepEqual([...checkpoint.tensors], [...content(123).tensors]);
  });

  test('P8: an invalid checkpoint is skipped, with which and why, for the one before', async () => {
    const checkpoints = await store.runs.checkpoints(id);
    for (const step of [1, 2, 10, 1_000_000]) await checkpoints.save(step, content(step));
    await unlink(at('checkpoints', 'step-1000000', 'state.safetensors'));
    await appendFile(at('checkpoints', 'step-000010', 'state.safetensors'), 'x');
    await mkdir(at('checkpoints', 'step-2000000'));
    const { checkpoint, skipped } = await checkpoints.latestValid();
    assert.equal(checkpoint?.step, 2);
    assert.deepEqual(
      skipped.map((each) => each.folder),
      [
        at('checkpoints', 'step-2000000'),
        at('checkpoints', 'step-1000000'),
        at('checkpoints', 'step-000010'),
      ],
    );
    assert.match(skipped[0]?.reason ?? '', /no manifest/);
    assert.match(skipped[1]?.reason ?? '', /missing/);
    assert.match(skipped[2]?.reason ?? '', /bytes instead of/);
  });

  test('no checkpoint at all is no error', async () => {
    const checkpoints = await store.runs.checkpoints(id);
    assert.deepEqual(await checkpoints.latestValid(), { checkpoint: undefined, skipped: [] });
    await assert.rejects(checkpoints.load(5), { code: 'not-found' });
  });

  test('P5: ENOSPC at every write leaves the last checkpoint loadable', async () => {
    await (await store.runs.checkpoints(id)).save(1, content(1));
    for (let n = 1; ; n++) {
      const { fileSystem, hasFailed } = failingFileSystem(nodeFileSystem, n, 'ENOSPC', true);
      const failing = await new Store(store.root, fileSystem).runs.checkpoints(id).catch(() => undefined);
      const saved = await failing?.save(2, content(2)).then(
        () => true,
        () => false,
      );
      const { checkpoint, skipped } = await (await store.runs.checkpoints(id)).latestValid();
      assert.deepEqual(skipped, []);
      assert.ok(checkpoint?.step === 2 || (checkpoint?.step === 1 && saved !== true), `call ${n}`);
      await (await store.runs.checkpoints(id)).keepOnly([1]);
      if (!hasFailed()) break;
    }
  });

  test('only the steps asked for are kept', async () => {
    const checkpoints = await store.runs.checkpoints(id);
    for (const step of [1, 2, 3, 4]) await checkpoints.save(step, content(step));
    await checkpoints.keepOnly([2, 4]);
    assert.deepEqual(await checkpoints.steps(), [2, 4]);
  });
});

test('P25: a run that could not be created, nor its folder removed, is nobody’s', async () => {
  const root = await mkdtemp(join(folder, 'half-'));
  const healthy = new Runs(root);
  const failing: FileSystem = {
    ...nodeFileSystem,
    createFile: () => Promise.reject(Object.assign(new Error('EIO: i/o error, open'), { code: 'EIO' })),
    remove: () => Promise.reject(Object.assign(new Error('EIO: i/o error, rm'), { code: 'EIO' })),
  };
  const run = { kind: 'encoder', name: 'words', options: {} } as const;
  await assert.rejects(new Runs(root, failing).begin('half', run), { code: 'save-failed' });
  assert.deepEqual(
    (await healthy.list()).broken.map(({ id }) => id),
    ['half'],
  );
  await healthy.remove('half');
  assert.deepEqual(await healthy.ids(), []);
});
