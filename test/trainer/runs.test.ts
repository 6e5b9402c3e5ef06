import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  startTrainer,
  temporaryFolder,
  trainClassifier,
  trainEncoder,
  weightsOf,
  writeSampleData,
} from './host';

describe('a training run', { timeout: 240_000 }, () => {
  test('text becomes an encoder, the encoder a classifier, and the classifier answers', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    await trainEncoder(host, { name: 'words', data, epochs: 8, embSz: 24, nHid: 32, dropMult: 0 });
    const encoder = await host.ended('');
    assert.equal(encoder?.event, 'result');
    const { text } = await host.connection.request('generate', {
      encoder: 'words',
      text: 'the rain',
      words: 5,
    });
    assert.match(text, /^the rain( \S+)+/u);
    await trainClassifier(host, { name: 'topics', encoder: 'words', data, epochs: [10], dropMult: 0 });
    const model = await host.ended('');
    assert.ok(model?.event === 'result');
    assert.ok((model.metrics['accuracy'] ?? 0) > 0.9, JSON.stringify(model.metrics));
    assert.deepEqual(model.classes, ['sport', 'weather']);
    const { predictions } = await host.connection.request('classify', {
      model: 'topics',
      texts: [
        'the ball match the win ball the ball win the match',
        'the storm warm the cloud storm the storm cloud the',
      ],
    });
    assert.deepEqual(
      predictions.map(({ label }) => label),
      ['sport', 'weather'],
    );
    const evaluation = await host.connection.request('evaluate', { model: 'topics', data });
    assert.equal(evaluation.rows, 60);
    assert.ok((evaluation.metrics['macro_f1'] ?? 0) > 0.9);
    const { manifest } = await host.store.models.show('topics');
    assert.equal(manifest.lineage.encoder, 'words');
  });

  test('the same seed gives the same weights, byte for byte, and another seed does not', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    for (const [name, seed] of [
      ['a', 7],
      ['b', 7],
      ['c', 8],
    ] as const) {
      await trainEncoder(host, { name, data, seed });
      await host.ended('');
      await trainClassifier(host, { name, encoder: name, data, seed, epochs: [1] });
      await host.ended('');
    }
    for (const kind of ['encoders', 'models'] as const) {
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => weightsOf(host.store, kind, name)));
      assert.ok(a);
      assert.equal(a, b);
      assert.notEqual(a, c);
    }
  });

  test('P7: resume gives the same weights as never stopping, whichever step it was killed at', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const whole = await startTrainer(t, { storeFolder: folder });
    const settings = { data, epochs: 2, unfreezeEpochs: 1 };
    await trainEncoder(whole, { name: 'whole', ...settings });
    await whole.ended('');
    const wanted = await weightsOf(whole.store, 'encoders', 'whole');
    await whole.stop();
    for (const killAt of [1, 17, 22, 30, 50]) {
      const name = `killed-at-${killAt}`;
      const first = await startTrainer(t, { storeFolder: folder, checkpointSeconds: 0 });
      const { run } = await trainEncoder(first, { name, ...settings });
      await first.next('checkpoint', ({ step }) => step >= killAt);
      await first.stop();
      assert.equal(await first.store.runs.status(run), 'interrupted');
      const second = await startTrainer(t, { storeFolder: folder });
      await second.connection.request('resume', { run });
      assert.equal((await second.ended(run))?.event, 'result');
      assert.equal(await weightsOf(second.store, 'encoders', name), wanted, name);
      await second.stop();
    }
  });

  test('P7: a classifier that is paused in the middle of gradual unfreezing and resumed has the same weights', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    await trainEncoder(host, { name: 'words', data });
    await host.ended('');
    await trainClassifier(host, { name: 'whole', encoder: 'words', data, epochs: [2] });
    await host.ended('');
    const { run } = await trainClassifier(host, { name: 'paused', encoder: 'words', data, epochs: [2] });
    const running = host.events.length;
    await host.next('progress', (event) => host.events.indexOf(event) > running && event.phase === 3);
    await host.connection.request('pause', { run });
    assert.equal((await host.ended(run))?.event, 'paused');
    await host.connection.request('resume', { run });
    assert.equal((await host.ended(run))?.event, 'result');
    assert.equal(
      await weightsOf(host.store, 'models', 'paused'),
      await weightsOf(host.store, 'models', 'whole'),
    );
  });

  test('P8: a damaged checkpoint is skipped with a warning, and the one before it is used', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const first = await startTrainer(t, { storeFolder: folder, checkpointSeconds: 0 });
    const { run } = await trainEncoder(first, { name: 'words', data, epochs: 2 });
    await first.next('checkpoint', ({ step }) => step >= 5);
    await first.stop();
    const checkpoints = await first.store.runs.checkpoints(run);
    const last = (await checkpoints.latestValid()).checkpoint;
    assert.ok(last);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${last.folder}/state.safetensors`, 'damaged');
    const second = await startTrainer(t, { storeFolder: folder });
    await second.connection.request('resume', { run });
    assert.equal((await second.ended(run))?.event, 'result');
    const warning = second.events.find(({ event }) => event === 'warning');
    assert.match(JSON.stringify(warning), /step-.*state\.safetensors/u);
    const started = second.events.find((event) => event.event === 'started');
    assert.ok((started?.resumed_from ?? Infinity) < last.step);
  });

  test('stop keeps the best epoch so far and evaluates it', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 500 });
    await host.next('epoch');
    await host.connection.request('cancel', { run, mode: 'stop' });
    const ending = await host.ended(run);
    assert.ok(ending?.event === 'result');
    assert.equal(ending.stopped, true);
    const epochs = host.events.filter((event) => event.event === 'epoch');
    const best = Math.min(...epochs.map((event) => event.valid_loss ?? Infinity));
    assert.ok(Math.abs((ending.metrics['valid_loss'] ?? 0) - best) < 1e-6);
    assert.ok(existsSync((await host.store.encoders.show('words')).folder));
  });

  test('discard leaves nothing behind', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 500 });
    await host.next('progress');
    await host.connection.request('cancel', { run, mode: 'discard' });
    assert.equal((await host.ended(run))?.event, 'cancelled');
    await host.connection.request('shutdown', {});
    assert.deepEqual((await host.store.runs.list()).runs, []);
    assert.deepEqual(await host.store.encoders.names(), []);
  });

  test('a run that is done can be trained further', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 2 });
    await host.ended(run);
    const before = await weightsOf(host.store, 'encoders', 'words');
    await host.connection.request('extend', { run, epochs: 3 });
    const ending = await host.ended(run);
    assert.equal(ending?.event, 'result');
    const epochs = host.events.filter((event) => event.event === 'epoch').map(({ epoch }) => epoch);
    assert.deepEqual(epochs, [1, 2, 3, 4, 5]);
    assert.notEqual(await weightsOf(host.store, 'encoders', 'words'), before);
  });

  test('a loss that is not a number stops the run, names the step and the layer, and keeps the best epoch', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, {
      name: 'words',
      data,
      epochs: 1,
      lr: 1e-2,
      unfreezeEpochs: 2,
      unfreezeLr: 1e38,
    });
    const ending = await host.ended('');
    assert.ok(ending?.event === 'error');
    assert.equal(ending.code, 'loss-not-finite');
    assert.match(ending.message, /batch \d+ of epoch \d+ \(step \d+\)/u);
    assert.match(ending.message, /rnns|encoder|decoder/u);
    assert.match(ending.message, /kept as "words"/u);
    assert.ok(await weightsOf(host.store, 'encoders', 'words'));
    // P12: once more is tried, a third time is not.
    await host.connection.request('resume', { run });
    const again = await host.ended('');
    assert.ok(again?.event === 'error');
    assert.equal(again.step, ending.step);
    await assert.rejects(host.connection.request('resume', { run }), {
      code: 'loss-not-finite',
      message: /failed twice/u,
    });
  });

  test('the data of a run must be what it began with', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const first = await startTrainer(t, { storeFolder: folder, checkpointSeconds: 0 });
    const { run } = await trainEncoder(first, { name: 'words', data, epochs: 2 });
    await first.next('checkpoint');
    await first.stop();
    writeSampleData(folder, 58);
    const second = await startTrainer(t, { storeFolder: folder });
    await second.connection.request('resume', { run });
    const ending = await second.ended(run);
    assert.ok(ending?.event === 'error');
    assert.match(ending.message, /rows have changed/u);
  });

  test('P9: a trainer whose host is gone ends within five seconds and leaves a valid checkpoint', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 500 });
    // Before its first step a run has nothing to save.
    await host.next('progress', ({ part }) => part === 'train');
    const gone = new Promise((resolve) => host.child.once('exit', resolve));
    const left = performance.now();
    host.child.disconnect();
    await gone;
    assert.ok(performance.now() - left < 5000);
    const checkpoints = await host.store.runs.checkpoints(run);
    assert.ok((await checkpoints.latestValid()).checkpoint);
    assert.equal(await host.store.runs.status(run), 'paused');
  });
});
