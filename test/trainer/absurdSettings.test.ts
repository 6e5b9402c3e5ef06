import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  startTrainer,
  temporaryFolder,
  trainClassifier,
  trainEncoder,
  type TrainerHost,
  writeSampleData,
} from './host';

const said = ({ events }: TrainerHost) =>
  events.flatMap((event) => (event.event === 'warning' ? [event.message] : []));
const counts = ({ events }: TrainerHost) => {
  const started = events.findLast((event) => event.event === 'started');
  return started?.event === 'started' ? started.data : undefined;
};

describe('P12: settings that are too large for the texts', () => {
  test('P12: batches larger than the texts are made smaller, said, and resumed as they were', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder, checkpointSeconds: 0 });
    const { run } = await trainEncoder(host, { name: 'e', data, bs: 65_536, bptt: 10_000, epochs: 3 });
    await host.next('epoch');
    await host.connection.request('pause', { run });
    assert.equal((await host.ended(run))?.event, 'paused');
    const { train_tokens: tokens = 0, bs, bptt } = counts(host) ?? {};
    assert.deepEqual([bs, bptt], [8, tokens]);
    assert.equal(said(host).filter((message) => message.includes('are taken')).length, 2);
    await host.connection.request('resume', { run });
    assert.equal((await host.ended(run))?.event, 'result');
    assert.deepEqual([counts(host)?.['bs'], counts(host)?.['bptt']], [8, tokens]);

    const classifier = await trainClassifier(host, {
      name: 'c',
      encoder: 'e',
      data,
      bs: 65_536,
      epochs: [1],
    });
    assert.equal((await host.ended(classifier.run))?.event, 'result');
    assert.equal(counts(host)?.['bs'], 64);
    const smaller = 'Batches of 65536 rows are more than the 48 training texts; 64 are taken.';
    assert.ok(said(host).includes(smaller), said(host).join('\n'));
  });

  test('P12: sizes that no memory has are refused with what to do', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const sizes = { embSz: 65_536, nHid: 65_536, nLayers: 32 };
    const { run } = await trainEncoder(host, { name: 'e', data, ...sizes });
    const ending = await host.ended(run);
    assert.ok(ending?.event === 'error');
    assert.equal(ending.code, 'out-of-memory');
    assert.match(ending.remedy, /--n-hid/);
  });

  test('P12: a factor that drops everything is refused, and more epochs than anybody waits for', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'e', data, dropMult: 4 });
    const ending = await host.ended(run);
    assert.ok(ending?.event === 'error');
    assert.equal(ending.code, 'bad-setting');
    assert.match(ending.remedy, /below 4/);
    await assert.rejects(trainEncoder(host, { name: 'e', data, epochs: 2 ** 53 - 1 }), /epochs/);
  });
});
