import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { Connection, type Channel } from './connection';
import { protocolVersion } from './limits';

class MemoryChannel implements Channel {
  readonly sent: string[] = [];
  private readonly closing: (() => void)[] = [];
  private listener: (text: string) => void = () => undefined;
  peer: MemoryChannel | undefined;

  send(text: string): void {
    this.sent.push(text);
    const { peer } = this;
    if (peer)
      setImmediate(() => {
        peer.receive(text);
      });
  }
  receive(text: string): void {
    this.listener(text);
  }
  onMessage(listener: (text: string) => void): void {
    this.listener = listener;
  }
  onClose(listener: () => void): void {
    this.closing.push(listener);
  }
  close(): void {
    for (const each of [this, this.peer]) for (const listener of each?.closing ?? []) listener();
  }
}

function connected(maximumLength?: number) {
  const [hostChannel, trainerChannel] = [new MemoryChannel(), new MemoryChannel()];
  hostChannel.peer = trainerChannel;
  trainerChannel.peer = hostChannel;
  const log: string[] = [];
  const options = { log: (line: string) => log.push(line), ...(maximumLength ? { maximumLength } : {}) };
  return {
    host: new Connection(hostChannel, options),
    trainer: new Connection(trainerChannel, options),
    hostChannel,
    trainerChannel,
    log,
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('requests and answers', () => {
  test('a request is answered, with the defaults of its parameters', async () => {
    const { host, trainer } = connected();
    trainer.onRequest('train-encoder', (options) => {
      assert.equal(options.bptt, 70);
      assert.equal(options.bs, 'auto');
      assert.equal(options.lr, 0.5);
      return Promise.resolve({ run: options.name });
    });
    assert.deepEqual(await host.request('train-encoder', { name: 'e', data: ['a.csv'], lr: 0.5 }), {
      run: 'e',
    });
  });

  test('answers find their requests whatever the order', async () => {
    const { host, trainer } = connected();
    trainer.onRequest('tokenize', async ({ texts }) => {
      await new Promise((resolve) => setTimeout(resolve, texts.length * 3));
      return { tokens: texts.map((text) => [text]) };
    });
    const sizes = [5, 1, 3];
    const answers = await Promise.all(
      sizes.map((n) => host.request('tokenize', { texts: Array<string>(n).fill('x') })),
    );
    assert.deepEqual(
      answers.map(({ tokens }) => tokens.length),
      sizes,
    );
  });

  test('an UlmfitError crosses with code and remedy; anything else is a failed trainer', async () => {
    const { host, trainer } = connected();
    trainer.onRequest('resume', () =>
      Promise.reject(new UlmfitError('not-found', 'No run x.', 'See ulmfit runs.')),
    );
    trainer.onRequest('doctor', () => Promise.reject(new TypeError('x is not a function')));
    await assert.rejects(host.request('resume', { run: 'x' }), {
      name: 'UlmfitError',
      code: 'not-found',
      message: 'No run x.',
      remedy: 'See ulmfit runs.',
    });
    await assert.rejects(host.request('doctor', {}), {
      code: 'trainer-failed',
      message: 'x is not a function',
    });
  });

  test('parameters are checked where they are sent', async () => {
    const { host, hostChannel } = connected();
    await assert.rejects(host.request('train-encoder', { name: '', data: ['a'] }), { code: 'protocol' });
    await assert.rejects(host.request('train-encoder', { name: 'e', data: ['a'], validPct: 1 }), /validPct/);
    assert.deepEqual(hostChannel.sent, []);
  });

  test('results are checked where they are made', async () => {
    const { host, trainer } = connected();
    trainer.onRequest('resume', () => Promise.resolve({ run: '' }));
    await assert.rejects(host.request('resume', { run: 'x' }), /result of resume/);
  });

  test('no answer in time, and an end before the answer, are failures', async () => {
    const { host, trainer, hostChannel } = connected();
    trainer.onRequest('doctor', () => new Promise(() => undefined));
    await assert.rejects(host.request('doctor', {}, 20), /did not answer "doctor" within 0 s/);
    const waiting = host.request('doctor', {});
    let closed = 0;
    host.onClose(() => closed++);
    hostChannel.close();
    await assert.rejects(waiting, { code: 'trainer-failed' });
    await assert.rejects(host.request('doctor', {}), { code: 'trainer-failed' });
    assert.equal(closed, 1);
  });
});

describe('P13: messages that are not understood', () => {
  const malformed: [string, string][] = [
    ['not JSON', '{'],
    ['no message', '[]'],
    ['null', 'null'],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"doctor"}'],
    ['an id that is no number', '{"jsonrpc":"2.0","id":{},"method":"doctor"}'],
    ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":{}}'],
    ['neither question nor answer', '{"jsonrpc":"2.0","id":1}'],
  ];
  for (const [what, text] of malformed) {
    test(`${what} is logged and answered with an error`, () => {
      const { trainerChannel, log } = connected();
      trainerChannel.receive(text);
      assert.equal(log.length, 1);
      const reply = JSON.parse(trainerChannel.sent[0] ?? '') as { id: unknown; error: { code: number } };
      assert.equal(reply.id, null);
      assert.ok([-32700, -32600].includes(reply.error.code));
    });
  }

  test('an unknown request is answered, an unknown notification only logged', async () => {
    const { trainerChannel, log } = connected();
    for (const method of ['constructor', '__proto__', 'explode', 'doctor']) {
      trainerChannel.receive(JSON.stringify({ jsonrpc: '2.0', id: 7, method }));
      trainerChannel.receive(JSON.stringify({ jsonrpc: '2.0', method }));
    }
    await settled();
    const replies = trainerChannel.sent.map(
      (text) => JSON.parse(text) as { id: number; error: { code: number } },
    );
    assert.deepEqual(
      replies.map(({ id, error }) => [id, error.code]),
      Array.from({ length: 4 }, () => [7, -32601]),
    );
    assert.ok(log.length >= 8);
  });

  test('wrong parameters are answered with where they are wrong', async () => {
    const { trainer, trainerChannel } = connected();
    trainer.onRequest('cancel', () => Promise.resolve({}));
    trainerChannel.receive(
      '{"jsonrpc":"2.0","id":1,"method":"cancel","params":{"run":"r","mode":"explode"}}',
    );
    await settled();
    assert.match(trainerChannel.sent[0] ?? '', /"code":-32602.*mode/);
  });

  test('a wrong event, and a handler that throws, are logged', async () => {
    const { host, hostChannel, log } = connected();
    host.onNotification('heartbeat', () => {
      throw new Error('on the way');
    });
    hostChannel.receive(
      '{"jsonrpc":"2.0","method":"event","params":{"run":"r","event":{"event":"nonsense"}}}',
    );
    hostChannel.receive('{"jsonrpc":"2.0","method":"heartbeat"}');
    hostChannel.receive('{"jsonrpc":"2.0","id":99,"result":{}}');
    hostChannel.receive('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}');
    await settled();
    assert.match(log[0] ?? '', /Wrong parameters of event/);
    assert.match(log[1] ?? '', /on the way/);
    assert.equal(log.length, 4);
    assert.deepEqual(hostChannel.sent, [], 'an error is never answered with an error');
  });

  test('a message that is too long is refused on both sides', async () => {
    const { host, trainer, trainerChannel, log } = connected(1000);
    trainer.onRequest('tokenize', ({ texts }) =>
      Promise.resolve({ tokens: texts.map(() => ['x'.repeat(2000)]) }),
    );
    await assert.rejects(host.request('tokenize', { texts: ['x'.repeat(1000)] }), /longer than the 1000/);
    await assert.rejects(host.request('tokenize', { texts: ['x'] }), /longer than the 1000/);
    trainerChannel.receive(' '.repeat(1001));
    assert.match(log.at(-1) ?? '', /too long/);
  });

  test('no text that arrives makes the connection throw', () => {
    const { trainer, trainerChannel } = connected();
    trainer.onRequest('doctor', () => Promise.resolve({ checks: [] }));
    const part = fc.oneof(
      fc.constantFrom('2.0', 'doctor', 'hello', 'event', 1, null),
      fc.anything({ maxDepth: 2, withNullPrototype: false }),
    );
    const message = fc.record(
      { jsonrpc: part, id: part, method: part, params: part, result: part, error: part },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          message.map((m) => safeJson(m)),
        ),
        (text) => {
          trainerChannel.receive(text);
        },
      ),
      { seed: 20240607, numRuns: 2000 },
    );
  });
});

function safeJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

test('events are told in order, and the handshake carries the version', async () => {
  const { host, trainer } = connected();
  trainer.onRequest('hello', ({ engine }) => {
    assert.equal(engine, 'auto');
    return Promise.resolve({ protocolVersion, pid: process.pid, version: '1' });
  });
  const seen: number[] = [];
  host.onNotification('event', ({ event }) => {
    if (event.event === 'epoch') seen.push(event.epoch);
  });
  await host.request('hello', { protocolVersion, store: 'there' });
  for (const epoch of [1, 2, 3]) {
    trainer.notify('event', { run: 'r', event: { event: 'epoch', epoch, train_loss: 1, valid_loss: null } });
  }
  assert.throws(() => {
    trainer.notify('event', { run: 'r', event: { event: 'epoch', epoch: -1, train_loss: 1, valid_loss: 1 } });
  }, /event.epoch/);
  await settled();
  assert.deepEqual(seen, [1, 2, 3]);
});
