import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Store } from '../../src/store/store';
import { startTrainer, temporaryFolder, tiny, trainEncoder, weightsOf, writeSampleData } from './host';

const commandLine = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const patience = { timeout: 240_000, skip: process.platform === 'win32' };

const gone = (child: ChildProcess) =>
  new Promise<void>((done) =>
    child.once('exit', () => {
      done();
    }),
  );

/** Whether the trainer has left the run is told by the run itself. */
async function untilPaused(store: Store, run: string): Promise<void> {
  while ((await store.runs.status(run)) === 'running') await pause(20);
  assert.equal(await store.runs.status(run), 'paused');
}

describe('P9: a last checkpoint is saved', patience, () => {
  for (const [signal, to] of [
    ['SIGHUP', 'the group'],
    ['SIGTERM', 'the trainer'],
    ['SIGHUP', 'the trainer'],
  ] as const) {
    test(`when ${signal} reaches ${to}, and the run goes on from there to the same weights`, async (t) => {
      const folder = temporaryFolder(t);
      const store = new Store(join(folder, 'store'));
      const data = writeSampleData(folder);
      const settings = { data: [data], epochs: 40, dropMult: 1, seed: 42 };
      const whole = await startTrainer(t, { storeFolder: store.root });
      await trainEncoder(whole, { name: 'whole', ...settings });
      assert.equal((await whole.ended(''))?.event, 'result');
      await whole.stop();

      let run: string;
      let last: number;
      if (to === 'the group') {
        const flags = ['--emb-sz', tiny.embSz, '--n-hid', tiny.nHid, '--n-layers', tiny.nLayers];
        const more = [
          '--bptt',
          tiny.bptt,
          '--bs',
          tiny.bs,
          '--min-freq',
          tiny.minFreq,
          '--epochs',
          40,
          '--seed',
          42,
        ];
        const args = [
          'train-encoder',
          '--name',
          'words',
          '--data',
          data,
          ...flags,
          ...more,
          '--store',
          store.root,
        ];
        const child = spawn(
          process.execPath,
          [commandLine, ...args.map(String), '--threads', '1', '--json'],
          {
            detached: true,
            stdio: ['ignore', 'pipe', 'inherit'],
          },
        );
        const pid = child.pid ?? 0;
        t.after(() => child.kill('SIGKILL'));
        const lines: string[] = [];
        await new Promise<void>((done) => {
          child.stdout.setEncoding('utf8').on('data', (text: string) => {
            lines.push(text);
            if (lines.join('').split('"event":"checkpoint"').length > 2) done();
          });
        });
        const exited = gone(child);
        process.kill(-pid, 'SIGHUP');
        await exited;
        run = (await store.runs.ids()).at(-1) ?? '';
        last = [...lines.join('').matchAll(/"event":"checkpoint","step":(\d+)/gu)].length;
      } else {
        const host = await startTrainer(t, { storeFolder: store.root });
        ({ run } = await trainEncoder(host, { name: 'words', ...settings }));
        await host.next('checkpoint');
        last = host.events.filter(({ event }) => event === 'checkpoint').length;
        const exited = gone(host.child);
        host.child.kill(signal);
        await exited;
      }
      await untilPaused(store, run);
      const { events } = await store.runs.events(run);
      assert.ok(events.filter(({ event }) => event === 'checkpoint').length > last, 'one more checkpoint');
      const steps = await (await store.runs.checkpoints(run)).steps();
      assert.equal(events.at(-1)?.['step'], steps.at(-1));

      const next = await startTrainer(t, { storeFolder: store.root });
      await next.connection.request('resume', { run });
      assert.equal((await next.ended(run))?.event, 'result');
      assert.equal(await weightsOf(store, 'encoders', 'words'), await weightsOf(store, 'encoders', 'whole'));
    });
  }
});
