import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Connection } from '../../src/protocol/connection';
import { endsRun, type RunEvent } from '../../src/protocol/events';
import { protocolVersion } from '../../src/protocol/limits';
import { type Silence, TrainerProcess } from '../../src/protocol/trainerProcess';
import { processExists, thisProcess } from '../../src/store/processIdentity';
import { Store } from '../../src/store/store';
import { workerChannel } from '../../src/trainer/threadChannel';
import { startTrainer, temporaryFolder, trainEncoder, writeSampleData } from './host';

const patience = { timeout: 120_000 };

describe('while a step is being computed', patience, () => {
  for (const [what, ask, ending, sizes] of [
    ['a cancel', { method: 'cancel', mode: 'discard' }, 'cancelled', { embSz: 400, nHid: 1152, nLayers: 3 }],
    ['a pause', { method: 'pause' }, 'paused', { embSz: 200, nHid: 800, nLayers: 2 }],
  ] as const) {
    test(`P10: ${what} is acknowledged, and takes effect at the next step`, async (t) => {
      const folder = temporaryFolder(t);
      const data = [writeSampleData(folder, 400)];
      const host = await startTrainer(t, { storeFolder: folder });
      const full = { ...sizes, bptt: 70, bs: 16 };
      const { run } = await trainEncoder(host, { name: 'big', data, epochs: 3, ...full });
      // The first step begins when this has been told, and its progress is told before the thread hears anything.
      await host.next('phase');
      const asked = performance.now();
      const { method, ...params } = ask;
      await host.connection.request(method, { run, ...params });
      const milliseconds = performance.now() - asked;
      const trained = () =>
        host.events.filter((event) => event.event === 'progress' && event.part === 'train');
      assert.equal(trained().length, 0, 'the step was over');
      assert.equal((await host.ended(run))?.event, ending);
      t.diagnostic(
        `acknowledged after ${milliseconds.toFixed(1)} ms of ${(performance.now() - asked).toFixed(0)}`,
      );
      assert.equal(trained().length, 1);
    });
  }

  for (const [method, ending, left] of [
    ['cancel', 'cancelled', 0],
    ['pause', 'paused', 1],
  ] as const) {
    test(`P10: a ${method} while texts are tokenised takes effect there`, async (t) => {
      const folder = temporaryFolder(t);
      const data = [writeSampleData(folder, 40_000)];
      const host = await startTrainer(t, { storeFolder: folder });
      const { run } = await trainEncoder(host, { name: 'words', data });
      await host.next('progress', ({ part }) => part === 'prepare');
      await host.connection.request(method, { run, ...(method === 'cancel' ? { mode: 'discard' } : {}) });
      assert.equal((await host.ended(run))?.event, ending);
      assert.ok(host.events.every(({ event }) => event !== 'started'));
      assert.equal((await host.store.runs.list()).runs.length, left);
      if (method === 'cancel') return;
      await host.connection.request('resume', { run });
      await host.next('progress', ({ part }) => part === 'train');
    });
  }

  test('P11: the heartbeat goes on, and says for how long nothing was heard', async (t) => {
    const host = await startTrainer(t, { storeFolder: temporaryFolder(t) });
    const texts = Array<string>(4).fill('The RAIN, and the storm!!! '.repeat(150_000));
    const quiet: number[] = [];
    host.connection.onNotification('heartbeat', ({ quietSeconds, isStuck }) => {
      quiet.push(quietSeconds ?? 0);
      assert.notEqual(isStuck, true);
    });
    await host.connection.request('tokenize', { texts });
    assert.ok(quiet.filter((seconds) => seconds > 0.5).length >= 2, String(quiet));
  });
});

describe('hello', patience, () => {
  test('said again is answered again; with other settings it is refused, and what runs goes on', async (t) => {
    const folder = temporaryFolder(t);
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data: [writeSampleData(folder)], epochs: 3 });
    const hello = { protocolVersion, store: folder, threads: 1 };
    assert.equal((await host.connection.request('hello', hello)).pid, host.child.pid);
    await assert.rejects(host.connection.request('hello', { ...hello, threads: 2 }), {
      code: 'protocol',
      message: /other settings/u,
    });
    assert.equal((await host.ended(run))?.event, 'result');
  });
});

/** When a process started, as far as the system says. */
async function startOf(pid: number): Promise<number | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return line === undefined ? undefined : Number(line.split(') ')[1]?.split(' ')[19]);
}

/** A trainer whose computing thread hangs or dies in the run of that name. */
async function startUnruly(
  t: Parameters<typeof temporaryFolder>[0],
  run: string,
  env: Readonly<Record<string, string>> = {},
) {
  const store = new Store(temporaryFolder(t));
  await store.runs.create(run, { kind: 'encoder', name: 'words', options: {} });
  const lines: string[] = [];
  const silences: Silence[] = [];
  const trainer = await TrainerProcess.start({
    trainerPath: join(import.meta.dirname, 'unrulyTrainer.ts'),
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    hello: { store: store.root },
    onLog: (_, line) => lines.push(line),
    onSilence: (silence) => silences.push(silence),
  });
  t.after(async () => {
    trainer.kill();
    await trainer.gone();
  });
  // A thread that behaves takes the lock of its run.
  const pid = trainer.pid ?? 0;
  const owner = { ...(await thisProcess()), pid, start: await startOf(pid) };
  const lock = { ...owner, id: 'of the trainer', thread: 1 };
  writeFileSync(join(store.runs.folderOf(run), 'process.json'), JSON.stringify(lock));
  const events: RunEvent[] = [];
  const target = new EventTarget();
  trainer.connection.onNotification('event', ({ event }) => {
    events.push(event);
    target.dispatchEvent(new Event(endsRun(event) ? 'ended' : 'told'));
  });
  return { store, trainer, events, target, lines };
}

describe('a thread that computes', patience, () => {
  test('P10: and hangs is ended with its process within ten seconds of a cancel, and the run is interrupted', async (t) => {
    const { store, trainer, target, lines } = await startUnruly(t, 'hangs');
    const told = once(target, 'told');
    await trainer.connection.request('resume', { run: 'hangs' });
    await told;
    assert.equal(await store.runs.status('hangs'), 'running');
    const gone = new Promise<void>((resolve) => {
      trainer.connection.onClose(() => {
        resolve();
      });
    });
    const asked = Date.now();
    // Late enough for the thread to hang already, so that it cannot hear.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await trainer.connection.request('cancel', { run: 'hangs', mode: 'stop' });
    await gone;
    await trainer.gone();
    assert.ok(Date.now() - asked < 10_500, `${Date.now() - asked} ms`);
    assert.ok(!processExists(trainer.pid ?? 0));
    assert.equal(await store.runs.status('hangs'), 'interrupted');
    assert.ok(lines.some((line) => line.includes('does not stop')));
  });

  test('and dies ends its run with an error that names the step, and another thread serves what comes next', async (t) => {
    const { store, trainer, events, target } = await startUnruly(t, 'throws');
    const ended = once(target, 'ended');
    await trainer.connection.request('resume', { run: 'throws' });
    await ended;
    const ending = events.at(-1);
    assert.ok(ending?.event === 'error');
    assert.equal(ending.code, 'trainer-failed');
    assert.match(ending.message, /the kernel was not found/u);
    assert.equal(ending.step, 8);
    assert.equal(await store.runs.status('throws'), 'failed');
    assert.deepEqual(await trainer.connection.request('tokenize', { texts: ['a'] }), { tokens: [['a']] });
    await assert.rejects(trainer.connection.request('cancel', { run: 'throws', mode: 'stop' }), {
      code: 'not-found',
    });
  });

  test('P24: and dies where the disk hangs is told of all the same', async (t) => {
    const folder = temporaryFolder(t);
    const switchFile = join(folder, 'hangs');
    writeFileSync(switchFile, '');
    const preload = join(import.meta.dirname, 'failingDisk.cjs').replaceAll('\\', '/');
    const { trainer, events, target } = await startUnruly(t, 'throws', {
      NODE_OPTIONS: `--require "${preload}"`,
      ULMFIT_TEST_DISK: JSON.stringify({ switch: switchFile, part: 'events.ndjson', code: 'hang' }),
    });
    const ended = once(target, 'ended');
    await trainer.connection.request('resume', { run: 'throws' });
    const asked = performance.now();
    await ended;
    assert.ok(performance.now() - asked < 5000);
    assert.match(JSON.stringify(events.at(-1)), /the kernel was not found/u);
    assert.deepEqual(await trainer.connection.request('tokenize', { texts: ['a'] }), { tokens: [['a']] });
  });

  test('P25: and does not respond loses its run to a process that has taken it, and writes nothing more to it', async (t) => {
    const { store, trainer, events, target } = await startUnruly(t, 'hangs');
    const lockFile = join(store.runs.folderOf('hangs'), 'process.json');
    const told = once(target, 'told');
    await trainer.connection.request('resume', { run: 'hangs' });
    await told;
    const before = await stat(lockFile);
    while ((await stat(lockFile)).mtimeMs === before.mtimeMs) await pause(50);
    const ended = once(target, 'ended');
    const other = JSON.stringify({ ...(await thisProcess()), id: 'of another' });
    writeFileSync(lockFile, other);
    await ended;
    const ending = events.at(-1);
    assert.ok(ending?.event === 'error');
    assert.equal(ending.code, 'in-use');
    assert.deepEqual((await store.runs.events('hangs')).events, []);
    assert.equal(await readFile(lockFile, 'utf8'), other);
    assert.deepEqual(await trainer.connection.request('tokenize', { texts: ['a'] }), { tokens: [['a']] });
  });

  test('P12: and fills its memory fails what was asked with what to do about it', async () => {
    const fill = `
      const { parentPort } = require('node:worker_threads');
      parentPort.on('message', () => { const kept = []; for (;;) kept.push(new Array(1000).fill(0)); });`;
    const worker = new Worker(fill, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } });
    const connection = new Connection(workerChannel(worker));
    await assert.rejects(connection.request('tokenize', { texts: [] }), {
      code: 'out-of-memory',
      remedy: /--bs/u,
    });
  });
});
