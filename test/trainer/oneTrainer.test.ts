import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startTrainer, temporaryFolder, type TrainerHost, trainEncoder, writeSampleData } from './host';

const patience = { timeout: 240_000 };
const seconds = 1000;

/** A run that is paused, in a store, and the trainer that has paused it. */
async function pausedRun(t: Parameters<typeof temporaryFolder>[0], rows = 60) {
  const folder = temporaryFolder(t);
  const data = [writeSampleData(folder, rows)];
  const host = await startTrainer(t, { storeFolder: folder });
  const { run } = await trainEncoder(host, { name: 'words', data, epochs: 500 });
  await host.next('progress', ({ part }) => part === 'train');
  await host.connection.request('pause', { run });
  assert.equal((await host.ended(run))?.event, 'paused');
  return { folder, host, run };
}

const outcome = (host: TrainerHost, run: string) =>
  host.connection.request('resume', { run }).then(
    () => 'trains',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
  );

/** As if the owner's last sign of life were so old. */
async function backdate(host: TrainerHost, run: string, milliseconds: number): Promise<void> {
  const then = new Date(Date.now() - milliseconds);
  await utimes(join(host.store.runs.folderOf(run), 'process.json'), then, then);
}

describe('P25: one run has one trainer', patience, () => {
  test('of two that resume a paused run at once exactly one trains', async (t) => {
    const { folder, host: first, run } = await pausedRun(t);
    const second = await startTrainer(t, { storeFolder: folder });
    for (let round = 0; round < 3; round++) {
      const outcomes = await Promise.all([outcome(first, run), outcome(second, run)]);
      assert.deepEqual(outcomes.sort(), ['in-use', 'trains'], `round ${round}`);
      const before = (await first.store.runs.events(run)).events.length;
      for (const host of [first, second])
        await host.connection.request('pause', { run }).catch(() => undefined);
      while ((await first.store.runs.status(run)) !== 'paused')
        await new Promise((done) => setTimeout(done, 20));
      const { events } = await first.store.runs.events(run);
      assert.equal(events.slice(before).filter(({ event }) => event === 'paused').length, 1);
    }
  });

  test('a run is running while its data is read, and cannot be removed', async (t) => {
    const { host, run } = await pausedRun(t, 5000);
    await host.connection.request('resume', { run });
    const status = await host.store.runs.status(run);
    const removed = await host.store.runs.remove(run).then(
      () => true,
      () => false,
    );
    assert.deepEqual({ status, removed }, { status: 'running', removed: false });
    await host.connection.request('cancel', { run, mode: 'discard' });
    await host.ended(run);
    assert.deepEqual(await host.store.runs.ids(), []);
  });

  test(
    'a trainer that was stopped by a signal keeps its run, however long it is silent',
    { skip: process.platform === 'win32' },
    async (t) => {
      const { folder, host: owner, run } = await pausedRun(t);
      await owner.connection.request('resume', { run });
      await owner.next('started', ({ resumed_from }) => resumed_from !== undefined);
      owner.child.kill('SIGSTOP');
      const rival = await startTrainer(t, { storeFolder: folder });
      for (const silence of [20 * seconds, 3600 * seconds, -3600 * seconds]) {
        await backdate(owner, run, silence);
        assert.equal(await rival.store.runs.status(run), 'not-responding');
        await assert.rejects(rival.connection.request('resume', { run }), {
          code: 'in-use',
          message: new RegExp(String(owner.child.pid), 'u'),
        });
        await assert.rejects(rival.store.runs.remove(run), { code: 'in-use' });
      }
      owner.child.kill('SIGCONT');
      await owner.connection.request('pause', { run });
      assert.equal((await owner.ended(run))?.event, 'paused');
      await rival.connection.request('resume', { run });
    },
  );

  test('a run whose trainer was killed goes on at once', async (t) => {
    const { folder, host: owner, run } = await pausedRun(t);
    await owner.connection.request('resume', { run });
    await owner.next('started', ({ resumed_from }) => resumed_from !== undefined);
    await owner.stop();
    assert.equal(await owner.store.runs.status(run), 'interrupted');
    const next = await startTrainer(t, { storeFolder: folder });
    await next.connection.request('resume', { run });
    assert.equal(await next.store.runs.status(run), 'running');
  });

  test('a run that fails before it trains is free again', async (t) => {
    const folder = temporaryFolder(t);
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data: [join(folder, 'missing.csv')] });
    assert.equal((await host.ended(run))?.event, 'error');
    assert.equal(await host.store.runs.status(run), 'failed');
    await host.store.runs.remove(run);
  });
});
