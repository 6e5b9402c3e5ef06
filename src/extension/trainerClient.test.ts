import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { type Channel, Connection } from '../protocol/connection';
import { type RunningTrainer, TrainerClient, type TrainerState } from './trainerClient';

/** A trainer in this process that answers `tokenize` and can be made to crash. */
function fakeTrainer() {
  const ends: { listener?: (text: string) => void; close: (() => void)[] }[] = [{ close: [] }, { close: [] }];
  const channel = (own: 0 | 1): Channel => ({
    send: (text) => {
      setImmediate(() => ends[1 - own]?.listener?.(text));
    },
    onMessage: (listener) => {
      const end = ends[own];
      if (end) end.listener = listener;
    },
    onClose: (listener) => ends[own]?.close.push(listener),
    close: () => undefined,
  });
  const crash = () => {
    for (const { close } of ends) for (const listener of close) listener();
  };
  const trainer = new Connection(channel(1));
  trainer.onRequest('tokenize', async ({ texts }) => {
    await pause(20);
    return { tokens: texts.map((text) => text.split(' ')) };
  });
  let ended = false;
  const running: RunningTrainer = {
    connection: new Connection(channel(0)),
    pid: 1,
    end: () => {
      ended = true;
      return Promise.resolve();
    },
  };
  return { running, crash, trainer, wasEnded: () => ended };
}

function clientOf(idleMilliseconds = 10_000) {
  const started: ReturnType<typeof fakeTrainer>[] = [];
  const client = new TrainerClient({
    start: () => {
      const fake = fakeTrainer();
      started.push(fake);
      return Promise.resolve(fake.running);
    },
    idleMilliseconds: () => idleMilliseconds,
    log: () => undefined,
  });
  const states: TrainerState[] = [];
  client.onStateChange((state) => states.push(state));
  return { client, started, states };
}

test('the process is started by the first request and serves the next ones too', async () => {
  const { client, started, states } = clientOf();
  assert.equal(started.length, 0);
  assert.deepEqual(await client.request('tokenize', { texts: ['a b'] }), { tokens: [['a', 'b']] });
  await Promise.all([
    client.request('tokenize', { texts: ['c'] }),
    client.request('tokenize', { texts: ['d'] }),
  ]);
  assert.equal(started.length, 1);
  assert.deepEqual(states, ['starting', 'ready']);
  await client.dispose();
});

test('two first requests at once start one process', async () => {
  const { client, started } = clientOf();
  await Promise.all([
    client.request('tokenize', { texts: ['a'] }),
    client.request('tokenize', { texts: ['b'] }),
  ]);
  assert.equal(started.length, 1);
  await client.dispose();
});

test('a crash fails what was asked, says so, and the next request starts another process', async () => {
  const { client, started, states } = clientOf();
  await client.request('tokenize', { texts: ['a'] });
  const asked = client.request('tokenize', { texts: ['b'] });
  await pause(5);
  started[0]?.crash();
  await assert.rejects(asked, /ended before it answered/);
  assert.equal(client.state, 'crashed');
  await client.request('tokenize', { texts: ['c'] });
  assert.equal(started.length, 2);
  assert.deepEqual(states, ['starting', 'ready', 'crashed', 'starting', 'ready']);
  await client.dispose();
});

test('the process is ended when idle, but not while it is held', async () => {
  const { client, started } = clientOf(30);
  const release = client.hold();
  await client.request('tokenize', { texts: ['a'] });
  await pause(80);
  assert.equal(started[0]?.wasEnded(), false);
  release();
  await pause(80);
  assert.equal(started[0].wasEnded(), true);
  assert.equal(client.state, 'stopped');
});

test('a process that cannot be started is tried again by the next request', async () => {
  let tries = 0;
  const client = new TrainerClient({
    start: () =>
      ++tries === 1 ? Promise.reject(new Error('no such file')) : Promise.resolve(fakeTrainer().running),
    idleMilliseconds: () => 1000,
    log: () => undefined,
  });
  await assert.rejects(client.request('tokenize', { texts: [] }), /no such file/);
  await client.request('tokenize', { texts: [] });
  await client.dispose();
  await assert.rejects(client.request('tokenize', { texts: [] }), /closing/);
});
