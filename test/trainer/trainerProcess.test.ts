import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Silence, TrainerProcess, type TrainerProcessOptions } from '../../src/protocol/trainerProcess';
import { processExists } from '../../src/store/processIdentity';
import { temporaryFolder } from './host';

type Test = Parameters<typeof temporaryFolder>[0];

const real = join(import.meta.dirname, '..', '..', 'dist', 'trainer.js');
const fake = join(import.meta.dirname, '..', 'cli', 'fakeTrainer.ts');

/** Tells the first that fits of what is said from then on, or was said before. */
class Said<Thing> {
  readonly all: Thing[] = [];
  private readonly target = new EventTarget();

  readonly say = (thing: Thing): void => {
    this.all.push(thing);
    this.target.dispatchEvent(new Event('said'));
  };

  async until(fits: (thing: Thing) => boolean): Promise<void> {
    while (!this.all.some(fits)) await once(this.target, 'said');
  }
}

async function start(t: Test, options: Partial<TrainerProcessOptions> = {}) {
  const logged = new Said<string>();
  const silences = new Said<Silence>();
  const trainer = await TrainerProcess.start({
    trainerPath: real,
    hello: { store: temporaryFolder(t), threads: 1 },
    onLog: (level, line) => {
      logged.say(`${level}: ${line}`);
    },
    onSilence: silences.say,
    ...options,
  });
  t.after(async () => {
    trainer.kill();
    await trainer.gone();
  });
  return { trainer, logged, silences };
}

describe('a trainer process', { timeout: 60_000 }, () => {
  test('answers, and is gone after it is ended', async (t) => {
    const { trainer } = await start(t);
    const pid = trainer.pid ?? 0;
    assert.ok(processExists(pid));
    assert.deepEqual(await trainer.connection.request('tokenize', { texts: ['a B'] }), {
      tokens: [['a', 'b']],
    });
    await trainer.end();
    assert.ok(!processExists(pid));
    await trainer.end();
    await assert.rejects(trainer.connection.request('tokenize', { texts: [] }), { code: 'trainer-failed' });
  });

  test('what a library prints in it is logged', async (t) => {
    const { trainer, logged } = await start(t, { trainerPath: fake, execArgv: ['--import', 'tsx'] });
    await logged.until((line) => line === 'info: what a library prints in the trainer');
    await trainer.end();
  });

  test('one of another version, or that is missing, is refused', async (t) => {
    const store = join(temporaryFolder(t), 'other-version');
    await assert.rejects(start(t, { trainerPath: fake, execArgv: ['--import', 'tsx'], hello: { store } }), {
      code: 'protocol',
      message: /speaks version 99/u,
    });
    await assert.rejects(start(t, { trainerPath: join(store, 'none.js') }), {
      code: 'trainer-failed',
      message: /is missing/u,
    });
  });

  test('one that ends before it answers fails what was asked', async (t) => {
    const { trainer } = await start(t);
    const asked = assert.rejects(trainer.connection.request('doctor', {}), { code: 'trainer-failed' });
    trainer.kill();
    await asked;
    await trainer.gone();
  });

  test(
    'P11: one that gives no sign of life is reported, and again when it does',
    { skip: process.platform === 'win32' },
    async (t) => {
      const { trainer, silences } = await start(t, { patienceMilliseconds: 3000 });
      const pid = trainer.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      await silences.until((silence) => silence === 'process');
      process.kill(pid, 'SIGCONT');
      await silences.until((silence) => silence === 'none');
      assert.deepEqual(silences.all, ['process', 'none']);
    },
  );

  test(
    'P10: one that does not answer is ended within ten seconds',
    { skip: process.platform === 'win32' },
    async (t) => {
      const { trainer } = await start(t);
      process.kill(trainer.pid ?? 0, 'SIGSTOP');
      const asked = Date.now();
      await trainer.end();
      assert.ok(Date.now() - asked < 10_000);
      assert.ok(!processExists(trainer.pid ?? 0));
    },
  );
});
