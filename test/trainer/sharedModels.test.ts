import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startTrainer, temporaryFolder, trainClassifier, trainEncoder, writeSampleData } from './host';

describe('several requests at once', { timeout: 120_000 }, () => {
  test('answer as they would alone, also when they ask different models', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    for (const [name, seed] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      // Trained until the next word depends on those before it.
      await trainEncoder(host, { name, data, seed, epochs: 6, lr: 3e-2, dropMult: 0, embSz: 16, nHid: 24 });
      assert.equal((await host.ended(''))?.event, 'result');
      await trainClassifier(host, { name, encoder: name, data, seed, epochs: [1] });
      assert.equal((await host.ended(''))?.event, 'result');
    }
    const { connection } = host;
    const file = join(folder, 'many.csv');
    writeFileSync(file, `text\n${'the rain and the storm and the ball\n'.repeat(3000)}`);
    const requests = [
      () => connection.request('classify-file', { model: 'a', file, out: join(folder, 'a.csv') }),
      () => connection.request('classify-file', { model: 'b', file, out: join(folder, 'b.csv') }),
      () => connection.request('classify', { model: 'b', texts: ['the rain'] }),
      () => connection.request('classify', { model: 'a', texts: ['the rain'] }),
      () => connection.request('generate', { encoder: 'a', text: 'the', words: 30, seed: 1 }),
      () => connection.request('generate', { encoder: 'a', text: 'the rain and', words: 30, seed: 2 }),
      () => connection.request('generate', { encoder: 'b', text: 'the', words: 30, seed: 1 }),
      () => connection.request('classify', { model: 'b', texts: ['the ball'] }),
    ];
    const alone: unknown[] = [];
    for (const request of requests) alone.push(await request());
    assert.deepEqual(await Promise.all(requests.map((request) => request())), alone);
  });
});
