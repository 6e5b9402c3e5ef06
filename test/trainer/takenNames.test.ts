import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  startTrainer,
  temporaryFolder,
  trainClassifier,
  trainEncoder,
  type TrainerHost,
  weightsOf,
  writeSampleData,
} from './host';

type Test = Parameters<typeof temporaryFolder>[0];

/** A store with an encoder `words` and a model `topics`, and a trainer at work on it. */
async function prepared(t: Test) {
  const folder = temporaryFolder(t);
  const data = [writeSampleData(folder)];
  const host = await startTrainer(t, { storeFolder: folder });
  await trainEncoder(host, { name: 'words', data });
  await host.ended('');
  await trainClassifier(host, { name: 'topics', encoder: 'words', data, epochs: [1] });
  await host.ended('');
  return { folder, data, host };
}

/** Starts a run that goes on until somebody ends it, and waits until its first epoch is done. */
async function endlessRun(host: TrainerHost, name: string, data: string[], more: { replace?: boolean } = {}) {
  const before = host.events.length;
  const { run } = await trainEncoder(host, { name, data, epochs: 5000, ...more });
  await host.next('epoch', (event) => host.events.indexOf(event) >= before);
  return run;
}

const manifestOf = async (host: TrainerHost, name: string) =>
  readFileSync(join((await host.store.encoders.show(name)).folder, 'manifest.json'), 'utf8');

describe('P19: a taken name', { timeout: 240_000 }, () => {
  test('P19: is refused when a run starts, before its data is read, also where case alone differs', async (t) => {
    const { host } = await prepared(t);
    const before = await manifestOf(host, 'words');
    const nowhere = ['/nowhere/rows.csv'];
    for (const [name, remedy] of [
      ['words', /--replace/u],
      ['WORDS', /Choose another name/u],
    ] as const) {
      await assert.rejects(trainEncoder(host, { name, data: nowhere }), {
        code: 'already-exists',
        message: /"words"/u,
        remedy,
      });
    }
    for (const name of ['topics', 'Topics']) {
      await assert.rejects(trainClassifier(host, { name, encoder: 'words', data: nowhere }), {
        code: 'already-exists',
        message: /"topics"/u,
      });
    }
    // Two such names would be one folder elsewhere, so that is no replacement.
    await assert.rejects(trainEncoder(host, { name: 'Words', data: nowhere, replace: true }), {
      code: 'already-exists',
    });
    assert.equal((await host.store.runs.ids()).length, 2, 'a run that is refused leaves none behind');
    assert.equal(await manifestOf(host, 'words'), before);
  });

  test('P19: is replaced where that was said, and the saying is not kept for a run that is made from it', async (t) => {
    const { host, data } = await prepared(t);
    const before = await weightsOf(host.store, 'encoders', 'words');
    const { run } = await trainEncoder(host, { name: 'words', data, seed: 5, replace: true });
    assert.equal((await host.ended(run))?.event, 'result');
    assert.notEqual(await weightsOf(host.store, 'encoders', 'words'), before);
    assert.equal((await host.store.runs.read(run)).options['replace'], undefined);
  });

  test('P19: is refused while a run goes on that makes it, and the run is named', async (t) => {
    const { host, data, folder } = await prepared(t);
    const run = await endlessRun(host, 'more', data);
    const other = await startTrainer(t, { storeFolder: folder });
    for (const replace of [false, true]) {
      await assert.rejects(trainEncoder(other, { name: 'More', data, replace }), {
        code: 'already-exists',
        message: new RegExp(run, 'u'),
      });
    }
    await trainClassifier(other, { name: 'more', encoder: 'words', data, epochs: [1] });
    assert.equal((await other.ended(''))?.event, 'result', 'a model is no encoder');
  });

  test('P19: that was taken meanwhile ends the run with its checkpoints kept, and the remedies work', async (t) => {
    const { host, data } = await prepared(t);
    const taken = await weightsOf(host.store, 'encoders', 'words');
    for (const remedy of ['rename', 'replace'] as const) {
      const name = `by-${remedy}`;
      const run = await endlessRun(host, name, data);
      await host.store.encoders.rename('words', name);
      await host.connection.request('cancel', { run, mode: 'stop' });
      const ending = await host.ended(run);
      assert.ok(ending?.event === 'error', JSON.stringify(ending));
      assert.equal(ending.code, 'already-exists');
      assert.match(ending.remedy, /resume/u);
      assert.equal(await weightsOf(host.store, 'encoders', name), taken);
      assert.ok((await (await host.store.runs.checkpoints(run)).steps()).length > 0);
      // The name is still taken: that is said at once.
      await assert.rejects(host.connection.request('resume', { run }), { code: 'already-exists' });
      if (remedy === 'rename') await host.store.encoders.rename(name, 'words');
      const before = host.events.length;
      await host.connection.request('resume', { run, replace: remedy === 'replace' });
      await host.next('epoch', (event) => host.events.indexOf(event) >= before);
      await host.connection.request('cancel', { run, mode: 'stop' });
      assert.equal((await host.ended(run))?.event, 'result');
      const { manifest } = await host.store.encoders.show(name);
      assert.equal(manifest.lineage.run, run);
    }
  });

  test('P19: of what a run saved itself is replaced by it, but not once another has it', async (t) => {
    const { host, data } = await prepared(t);
    const first = await trainEncoder(host, { name: 'again', data });
    await host.ended('');
    await host.connection.request('extend', { run: first.run, epochs: 1 });
    assert.equal((await host.ended(''))?.event, 'result', 'its own');
    // As after a crash between the save and the word of it.
    const log = join(host.store.runs.folderOf(first.run), 'events.ndjson');
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    writeFileSync(log, `${lines.slice(0, -1).join('\n')}\n`);
    assert.equal(await host.store.runs.status(first.run), 'interrupted');
    await host.connection.request('resume', { run: first.run });
    assert.equal((await host.ended(''))?.event, 'result');
    const second = await trainEncoder(host, { name: 'again', data, seed: 3, replace: true });
    await host.ended('');
    await assert.rejects(host.connection.request('extend', { run: first.run, epochs: 1 }), {
      code: 'already-exists',
      remedy: /--replace/u,
    });
    assert.equal((await host.store.encoders.show('again')).manifest.lineage.run, second.run);
  });

  test('P19: what a run was told to replace is what had the name then', async (t) => {
    const { host, data } = await prepared(t);
    const run = await endlessRun(host, 'words', data, { replace: true });
    await host.connection.request('pause', { run });
    await host.ended(run);
    const other = await trainEncoder(host, { name: 'words', data, seed: 9, replace: true });
    await host.ended('');
    await assert.rejects(host.connection.request('resume', { run }), { code: 'already-exists' });
    assert.equal((await host.store.encoders.show('words')).manifest.lineage.run, other.run);
  });

  test('P19: of an ensemble is refused unless it is to be replaced', async (t) => {
    const { host, data } = await prepared(t);
    await trainClassifier(host, { name: 'others', encoder: 'words', data, epochs: [1], seed: 3 });
    await host.ended('');
    const models = ['topics', 'others'];
    const request = { name: 'both', models };
    await host.connection.request('make-ensemble', request);
    const { createdAt } = (await host.store.models.show('both')).manifest;
    await assert.rejects(host.connection.request('make-ensemble', request), { code: 'already-exists' });
    assert.equal((await host.store.models.show('both')).manifest.createdAt, createdAt);
    await host.connection.request('make-ensemble', { ...request, replace: true });
    assert.notEqual((await host.store.models.show('both')).manifest.createdAt, createdAt);
  });
});

describe('P19: a stop before the first validated epoch', { timeout: 240_000 }, () => {
  test('P19: replaces nothing, saves nothing and says so', async (t) => {
    const { host, folder } = await prepared(t);
    const data = [writeSampleData(folder, 4000)];
    const before = await manifestOf(host, 'words');
    for (const name of ['words', 'new']) {
      const from = host.events.length;
      const { run } = await trainEncoder(host, { name, data, epochs: 3, replace: name === 'words' });
      await host.next('progress', (event) => host.events.indexOf(event) >= from && event.part === 'train');
      await host.connection.request('cancel', { run, mode: 'stop' });
      const ending = await host.ended(run);
      assert.ok(ending?.event === 'cancelled', JSON.stringify(ending));
      assert.equal(ending.mode, 'stop');
      assert.match(ending.message ?? '', /nothing was saved/u);
      assert.equal(await host.store.runs.status(run), 'cancelled');
    }
    assert.equal(await manifestOf(host, 'words'), before);
    assert.deepEqual(await host.store.encoders.names(), ['words']);
  });

  test('P19: where nothing is validated, an epoch that is done counts', async (t) => {
    const { host, folder } = await prepared(t);
    // Of a class that has a single text none can be set aside.
    const data = [join(folder, 'rare.csv')];
    const rows = Array.from(
      { length: 8 },
      (_, row) => `label${row},the rain and the storm and the ball ${row}`,
    );
    writeFileSync(join(folder, 'rare.csv'), ['label,text', ...rows, ''].join('\n'));
    const from = host.events.length;
    const options = { name: 'unseen', encoder: 'words', data, label: 'label', text: ['text'] };
    const { run } = await trainClassifier(host, { ...options, epochs: [5000] });
    await host.next('epoch', (event) => host.events.indexOf(event) >= from);
    await host.connection.request('cancel', { run, mode: 'stop' });
    assert.equal((await host.ended(run))?.event, 'result');
  });

  test('P19: a loss that is not a number before it replaces nothing', async (t) => {
    const { host, data } = await prepared(t);
    const before = await manifestOf(host, 'words');
    const { run } = await trainEncoder(host, { name: 'words', data, epochs: 2, lr: 1e38, replace: true });
    const ending = await host.ended(run);
    assert.ok(ending?.event === 'error', JSON.stringify(ending));
    assert.equal(ending.code, 'loss-not-finite');
    assert.doesNotMatch(ending.message, /was kept/u);
    assert.equal(await manifestOf(host, 'words'), before);
  });
});
