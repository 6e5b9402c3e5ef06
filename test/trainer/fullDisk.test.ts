import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunEvent } from '../../src/protocol/events';
import { startTrainer, temporaryFolder, trainEncoder, writeSampleData } from './host';

/** A trainer whose disk fails from the call of `fail` on, for paths with `part`, until `mend` is called. */
async function onFailingDisk(t: Parameters<typeof temporaryFolder>[0], code: string, part: string) {
  const folder = temporaryFolder(t);
  const data = [writeSampleData(folder)];
  const switchFile = join(folder, 'fails');
  const preload = join(import.meta.dirname, 'failingDisk.cjs').replaceAll('\\', '/');
  const host = await startTrainer(t, {
    storeFolder: join(folder, 'store'),
    checkpointSeconds: 0,
    env: {
      NODE_OPTIONS: `--require "${preload}"`,
      ULMFIT_TEST_DISK: JSON.stringify({ switch: switchFile, part, code }),
    },
  });
  return {
    host,
    data,
    fail: () => {
      writeFileSync(switchFile, '');
    },
    mend: () => {
      rmSync(switchFile);
    },
  };
}

async function within5s(ending: Promise<RunEvent | undefined>): Promise<RunEvent> {
  const event = await Promise.race([ending, pause(5000, undefined, { ref: false })]);
  assert.ok(event, 'no ending within 5 s');
  return event;
}

const codes = ['ENOSPC', 'EIO', 'EACCES', 'EFBIG', 'EMFILE', 'EDQUOT', 'EROFS', 'ENOTDIR'];

describe('P24: the host hears of an ending within 5 s', { timeout: 240_000 }, () => {
  for (const [code, part] of [
    ...codes.map((each) => [each, 'runs'] as const),
    ['ENOSPC', 'events.ndjson'],
    ['EIO', 'checkpoints'],
    ['ENOSPC', 'store'],
  ] as const) {
    test(`where ${code} befalls every file of ${part}, and the trainer goes on working`, async (t) => {
      const { host, data, fail, mend } = await onFailingDisk(t, code, part);
      const { run } = await trainEncoder(host, { name: 'words', data, epochs: 500 });
      await host.next('checkpoint');
      fail();
      const ending = await within5s(host.ended(run));
      assert.ok(ending.event === 'error', ending.event);
      assert.equal(ending.code, 'save-failed');
      assert.ok(ending.message.includes(host.store.root), ending.message);
      assert.doesNotMatch(`${ending.message} ${ending.remedy}`, /defect|injected/u);
      mend();
      // It is let go as soon as the disk allows. Its event file may lack the end.
      while ((await host.store.runs.status(run)) === 'running') await pause(50);
      const status = await host.store.runs.status(run);
      assert.ok(['failed', 'interrupted'].includes(status), status);
      await assert.rejects(host.connection.request('cancel', { run, mode: 'stop' }), { code: 'not-found' });
      await host.connection.request('resume', { run });
      const goesOn = host.ended(run);
      await host.connection.request('cancel', { run, mode: 'stop' });
      assert.ok(['result', 'cancelled'].includes((await goesOn)?.event ?? ''));
    });
  }

  test('where every call of the event file hangs', async (t) => {
    const { host, fail, mend } = await onFailingDisk(t, 'hang', 'events.ndjson');
    const data = [writeSampleData(temporaryFolder(t), 40_000)];
    const { run } = await trainEncoder(host, { name: 'words', data });
    await host.next('progress', ({ part }) => part === 'prepare');
    fail();
    await host.connection.request('cancel', { run, mode: 'stop' });
    const ending = await within5s(host.ended(run));
    assert.equal(ending.event, 'cancelled');
    mend();
    await host.connection.request('resume', { run });
  });

  test('of a result that cannot be written into the event file, with a word about that', async (t) => {
    const { host, data, fail, mend } = await onFailingDisk(t, 'ENOSPC', 'events.ndjson');
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 1 });
    await host.next('epoch');
    // A checkpoint and a sample follow; then the encoder is saved, which is what is left of the run.
    await host.next('sample');
    fail();
    const ending = await within5s(host.ended(run));
    assert.equal(ending.event, 'result');
    assert.ok(existsSync(join(host.store.encoders.folder, 'words')));
    const warning = host.events.find(({ event }) => event === 'warning');
    assert.match(JSON.stringify(warning), /the disk is full/u);
    mend();
    assert.equal(await host.store.runs.status(run), 'interrupted');
  });
});
