import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunEvent } from '../protocol/events';
import { Store } from '../store/store';
import { Listeners } from './listeners';
import { RunMonitor } from './runMonitor';
import type { TrainerClient, TrainerState } from './trainerClient';

const result: RunEvent = {
  event: 'result',
  run: 'r1',
  kind: 'encoder',
  name: 'mail',
  metrics: { valid_loss: 1 },
};

function setUp(t: { after: (fn: () => void) => void }) {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-monitor-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const store = new Store(folder);
  const events = new Listeners<[string, RunEvent]>();
  const states = new Listeners<[TrainerState]>();
  const asked: string[] = [];
  let held = 0;
  const trainer = {
    state: 'ready' as TrainerState,
    onEvent: (listener: (run: string, event: RunEvent) => void) => events.add(listener),
    onStateChange: (listener: (state: TrainerState) => void) => states.add(listener),
    hold: () => {
      held++;
      return () => held--;
    },
    request: async (method: string) => {
      asked.push(method);
      if (method === 'train-encoder')
        await store.runs.create('r1', { kind: 'encoder', name: 'mail', options: {} });
      return { run: 'r1' };
    },
  };
  const monitor = new RunMonitor(
    () => store,
    trainer as Pick<TrainerClient, keyof typeof trainer> as TrainerClient,
  );
  return { store, events, states, asked, monitor, held: () => held };
}

test('a run is active from its start to its end, and keeps the trainer from being ended as idle', async (t) => {
  const { monitor, events, held } = setUp(t);
  const id = await monitor.start('encoder', { name: 'mail', data: ['x.csv'] });
  assert.equal(monitor.active?.id, id);
  assert.equal(held(), 1);
  await assert.rejects(monitor.start('encoder', { name: 'other', data: ['x.csv'] }), /going on/);
  events.tell(id, { event: 'epoch', epoch: 1, train_loss: 2, valid_loss: 1.5 });
  assert.equal(monitor.active.epochs.length, 1);
  events.tell(id, result);
  assert.equal(monitor.active, undefined);
  assert.equal(held(), 0);
});

test('a crash of the trainer leaves no run active, and the store says interrupted', async (t) => {
  const { monitor, states } = setUp(t);
  await monitor.start('encoder', { name: 'mail', data: ['x.csv'] });
  let told = 0;
  monitor.onChange(() => told++);
  states.tell('crashed');
  assert.equal(monitor.active, undefined);
  assert.ok(told > 0);
  assert.deepEqual(
    (await monitor.list()).map(({ status }) => status),
    ['interrupted'],
  );
});

test('the list sums up the event files of earlier runs', async (t) => {
  const { monitor, store } = setUp(t);
  await store.runs.create('r0', { kind: 'encoder', name: 'old', options: {} });
  const log = await store.runs.openLog('r0');
  await log.append({ event: 'epoch', epoch: 1, train_loss: 2, valid_loss: 1.5 });
  await log.append({ ...result, run: 'r0', name: 'old' });
  await log.close();
  const [view] = await monitor.list();
  assert.equal(view?.status, 'done');
  assert.deepEqual(view.result?.metrics, { valid_loss: 1 });
  assert.equal((await monitor.events('r0')).length, 2);
  const again = await store.runs.openLog('r0');
  await again.append({ event: 'epoch', epoch: 2, train_loss: 2, valid_loss: 1.2 });
  await again.append({ event: 'paused', step: 10 });
  await again.close();
  const [paused] = await monitor.list();
  assert.deepEqual([paused?.status, paused?.epochs.at(-1)?.epoch], ['paused', 2]);
});

test('a resumed run shows the epochs it had before', async (t) => {
  const { monitor, store, events } = setUp(t);
  await store.runs.create('r1', { kind: 'encoder', name: 'mail', options: {} });
  const log = await store.runs.openLog('r1');
  await log.append({ event: 'epoch', epoch: 1, train_loss: 2, valid_loss: 1.5 });
  await log.append({ event: 'paused', step: 10 });
  await log.close();
  await monitor.resume('r1');
  events.tell('r1', {
    event: 'started',
    run: 'r1',
    kind: 'encoder',
    name: 'mail',
    resumed_from: 10,
    phases: [],
    epochs: 2,
    steps: 20,
  });
  assert.equal(monitor.active?.status, 'running');
  assert.deepEqual(
    monitor.active.epochs.map(({ epoch }) => epoch),
    [1],
  );
});

test('P11: a run that another process works on is watched here, and not told to stop', async (t) => {
  const { monitor, store, asked } = setUp(t);
  await store.runs.create('r0', { kind: 'encoder', name: 'mail', options: {} });
  const lock = await store.runs.lock('r0');
  const [view] = await monitor.list();
  assert.deepEqual([view?.status, view?.isElsewhere], ['running', true]);
  for (const ask of ['pause', 'stop', 'discard'] as const) {
    await assert.rejects(monitor[ask]('r0'), /another window/u);
  }
  assert.deepEqual(asked, []);
  await lock.release();
  assert.equal((await monitor.list())[0]?.isElsewhere, undefined);
});
