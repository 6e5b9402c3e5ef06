import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startTrainer, temporaryFolder, trainEncoder, writeSampleData } from './host';

/** An id that no process has. */
const nobody = 2 ** 30;

async function leave(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'state.safetensors'), Buffer.alloc(1000));
  }
}

const hidden = async (folder: string) => (await readdir(folder)).filter((name) => name.startsWith('.'));

describe('what killed processes left half saved is swept', { timeout: 240_000 }, () => {
  test('out of a run when it goes on, whoever has their process ids by now', async (t) => {
    const folder = temporaryFolder(t);
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data: [writeSampleData(folder)], epochs: 500 });
    await host.next('epoch');
    await host.connection.request('pause', { run });
    assert.equal((await host.ended(run))?.event, 'paused');
    const checkpoints = await host.store.runs.checkpoints(run);
    const [step = 0] = await checkpoints.steps();
    const name = `step-${String(step).padStart(6, '0')}`;
    await leave(
      checkpoints.folder,
      `.step-000009.saving-${nobody}-0badf00d`,
      `.step-000012.saving-${process.pid}-0badf00d`,
      `.${name}.old-000001700000000-0badf00d`,
    );
    await host.connection.request('resume', { run });
    await host.next('started', ({ resumed_from }) => resumed_from !== undefined);
    assert.deepEqual(await hidden(checkpoints.folder), []);
    assert.ok((await checkpoints.latestValid()).checkpoint);
  });

  test('out of the store when a trainer starts, but not what is being saved', async (t) => {
    const folder = temporaryFolder(t);
    const kinds = ['encoders', 'models', 'runs'];
    for (const kind of kinds) {
      await leave(
        join(folder, kind),
        `.gone.saving-${nobody}-0badf00d`,
        `.busy.saving-${process.pid}-0badf00d`,
      );
    }
    await startTrainer(t, { storeFolder: folder });
    for (const kind of kinds) {
      const place = join(folder, kind);
      for (let wait = 0; wait < 100 && (await hidden(place)).length > 1; wait++) await pause(100);
      assert.deepEqual(await hidden(place), [`.busy.saving-${process.pid}-0badf00d`]);
    }
  });
});
