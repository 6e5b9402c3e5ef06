import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startTrainer, temporaryFolder, trainEncoder, weightsOf, writeSampleData } from './host';

const patience = { timeout: 240_000 };

/** An encoder that was trained at one go, and a run of the same settings that was killed. */
async function killedRun(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = temporaryFolder(t);
  const settings = { data: [writeSampleData(folder)], epochs: 2 };
  const whole = await startTrainer(t, { storeFolder: folder });
  await trainEncoder(whole, { name: 'whole', ...settings });
  await whole.ended('');
  await whole.stop();
  const killed = await startTrainer(t, { storeFolder: folder, checkpointSeconds: 0 });
  const { run } = await trainEncoder(killed, { name: 'words', ...settings });
  await killed.next('checkpoint', ({ step }) => step >= 5);
  await killed.stop();
  const { store } = killed;
  const checkpoints = await store.runs.checkpoints(run);
  const { checkpoint } = await checkpoints.latestValid();
  assert.ok(checkpoint);
  const wanted = await weightsOf(store, 'encoders', 'whole');
  return { folder, store, run, checkpoints, checkpoint, wanted };
}

describe('P8: a checkpoint that is not as it was saved is skipped for the one before', patience, () => {
  for (const [what, from, to] of [
    ['a counter', /("dropoutKeys": )(\d+)/u, (digits: string) => String(Number(digits) + 1)],
    ['the phase', /("phase": )(\d+)/u, () => '1'],
    ['the step of the optimiser', /("optimizerStep": )(\d+)/u, (digits: string) => `${digits}0`],
  ] as const) {
    test(`with another digit in ${what}`, async (t) => {
      const { folder, store, run, checkpoint, wanted } = await killedRun(t);
      const manifest = join(checkpoint.folder, 'manifest.json');
      const text = await readFile(manifest, 'utf8');
      const altered = text.replace(from, (_, before: string, digits: string) => before + to(digits));
      assert.notEqual(altered, text);
      await writeFile(manifest, altered);
      const host = await startTrainer(t, { storeFolder: folder });
      await host.connection.request('resume', { run });
      assert.equal((await host.ended(run))?.event, 'result');
      assert.equal(await weightsOf(store, 'encoders', 'words'), wanted);
      const warning = host.events.find(({ event }) => event === 'warning');
      assert.match(JSON.stringify(warning), /manifest\.json/u);
    });
  }

  for (const [what, damage] of [
    ['a state that says nothing', () => ({ state: {} })],
    [
      'weights of another shape',
      () => ({ tensors: new Map([['model/0.encoder.weight', { shape: [1], data: new Float32Array(1) }]]) }),
    ],
    [
      'a layer group that there is not',
      (state: Record<string, unknown>) => ({
        state: { ...state, counters: { ...(state['counters'] as object), freezeTo: 99 } },
      }),
    ],
    ['a phase that there is not', (state: Record<string, unknown>) => ({ state: { ...state, phase: 99 } })],
  ] as const) {
    test(`with ${what}`, async (t) => {
      const { folder, store, run, checkpoints, checkpoint, wanted } = await killedRun(t);
      const { tensors, state, step } = checkpoint;
      await checkpoints.save(step + 1, { tensors, state, ...damage(state) });
      const host = await startTrainer(t, { storeFolder: folder });
      await host.connection.request('resume', { run });
      assert.equal((await host.ended(run))?.event, 'result');
      assert.equal(await weightsOf(store, 'encoders', 'words'), wanted);
      const started = host.events.find((event) => event.event === 'started');
      assert.equal(started?.resumed_from, step);
      const warning = host.events.find(({ event }) => event === 'warning');
      assert.match(JSON.stringify(warning), new RegExp(`step-0*${step + 1}`, 'u'));
    });
  }
});
