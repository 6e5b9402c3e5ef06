import assert from 'node:assert/strict';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startTrainer, temporaryFolder, trainEncoder, writeSampleData } from './host';

describe('the event file of a long run', { timeout: 240_000 }, () => {
  test('P22: a run is resumed and listed whatever the size of its event file', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 40 });
    await host.next('epoch');
    await host.connection.request('pause', { run });
    const paused = await host.ended(run);
    assert.equal(paused?.event, 'paused');
    const path = join(host.store.runs.folderOf(run), 'events.ndjson');
    const { size } = await stat(path);
    // A hole takes no room on the disk, and is one long line.
    await truncate(path, size + 600 * 2 ** 20);
    await appendFile(path, `\n${JSON.stringify(paused)}\n`);
    assert.equal(await host.store.runs.status(run), 'paused');
    await host.connection.request('resume', { run });
    assert.equal((await host.ended(run))?.event, 'result');
    const { events, broken } = await host.store.runs.events(run);
    assert.equal(broken.length, 1);
    assert.deepEqual(
      events
        .filter(({ event }) => ['started', 'paused', 'result'].includes(String(event)))
        .map(({ event }) => event),
      ['started', 'paused', 'paused', 'started', 'result'],
    );
  });

  test('P22: of progress the first and the last batch of each epoch are written, and less than is told', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 3 });
    await host.ended(run);
    const { events } = await host.store.runs.events(run);
    const written = events.filter(({ event, part }) => event === 'progress' && part === 'train');
    const told = host.events.flatMap((event) =>
      event.event === 'progress' && event.part === 'train' ? [event] : [],
    );
    assert.ok(written.length <= told.length);
    for (const epoch of [1, 2, 3]) {
      const batches = written.filter((event) => Math.ceil(Number(event['epoch'])) === epoch);
      assert.equal(batches[0]?.['batch'], 1);
      assert.equal(batches.at(-1)?.['batch'], batches[0]['batches']);
    }
  });
});
