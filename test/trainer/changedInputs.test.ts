import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** A classifier run on the encoder `words` that is paused after some steps. */
async function pausedClassifier(t: Test) {
  const folder = temporaryFolder(t);
  const data = [writeSampleData(folder)];
  const host = await startTrainer(t, { storeFolder: folder });
  await trainEncoder(host, { name: 'words', data });
  await host.ended('');
  const from = host.events.length;
  const { run } = await trainClassifier(host, { name: 'topics', encoder: 'words', data, epochs: [30] });
  await paused(host, run, from);
  return { folder, data, host, run };
}

async function paused(host: TrainerHost, run: string, from: number): Promise<void> {
  await host.next('progress', (event) => host.events.indexOf(event) >= from && event.part === 'train');
  await host.connection.request('pause', { run });
  assert.equal((await host.ended(run))?.event, 'paused');
}

async function refused(host: TrainerHost, run: string, message: RegExp, remedy = /start a new run/iu) {
  await host.connection.request('resume', { run });
  const ending = await host.ended(run);
  assert.ok(ending?.event === 'error', JSON.stringify(ending));
  assert.equal(ending.code, 'bad-setting');
  assert.match(ending.message, message);
  assert.match(ending.remedy, remedy);
}

describe('P20: a run that is resumed', { timeout: 240_000 }, () => {
  test('P20: refuses an encoder that was trained again under its name, and names it', async (t) => {
    const { host, run, folder } = await pausedClassifier(t);
    const other = join(folder, 'other.csv');
    const swapped = readFileSync(join(folder, 'rows.csv'), 'utf8').replaceAll('rain', 'hail');
    writeFileSync(other, swapped);
    // As many words and the same sizes: nothing but their meaning is another.
    await trainEncoder(host, { name: 'words', data: [other], replace: true });
    await host.ended('');
    await refused(host, run, /encoder "words"/u);
    assert.deepEqual(await host.store.models.names(), []);
  });

  test('P20: says where the encoder is that was renamed, and goes on when it has its name again', async (t) => {
    const { host, run, data } = await pausedClassifier(t);
    await host.store.encoders.rename('words', 'kept');
    await trainEncoder(host, { name: 'words', data, seed: 8 });
    await host.ended('');
    await refused(host, run, /encoder "words"/u, /"kept"/u);
    await host.store.encoders.rename('words', 'second');
    await host.store.encoders.rename('kept', 'words');
    await host.connection.request('resume', { run });
    assert.equal((await host.ended(run))?.event, 'result');
  });

  test('P20: a run of an earlier version, which recorded nothing, refuses an encoder that is younger than it', async (t) => {
    const { host, run, data } = await pausedClassifier(t);
    rmSync(join(host.store.runs.folderOf(run), 'inputs.json'), { force: true });
    cpSync(host.store.runs.folderOf(run), join(host.store.root, 'aside'), { recursive: true });
    await host.connection.request('resume', { run });
    assert.equal((await host.ended(run))?.event, 'result', 'what has not changed goes on');
    rmSync(host.store.runs.folderOf(run), { recursive: true });
    renameSync(join(host.store.root, 'aside'), host.store.runs.folderOf(run));
    await host.store.models.remove('topics');
    await trainEncoder(host, { name: 'words', data, seed: 8, replace: true });
    await host.ended('');
    await refused(host, run, /encoder "words"/u);
  });

  test('P20: refuses rows that moved between training and validation', async (t) => {
    const folder = temporaryFolder(t);
    const rows = readFileSync(writeSampleData(folder), 'utf8').trimEnd().split('\n');
    const [head = '', ...body] = rows;
    const [data, valid] = [join(folder, 'train.csv'), join(folder, 'valid.csv')];
    const write = (at: number) => {
      writeFileSync(data, [head, ...body.slice(0, at), ''].join('\n'));
      writeFileSync(valid, [head, ...body.slice(at), ''].join('\n'));
    };
    write(50);
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'words', data: [data], valid, epochs: 50 });
    await paused(host, run, 0);
    write(48);
    await refused(host, run, /rows/u, /Restore/u);
    write(50);
    const from = host.events.length;
    await host.connection.request('resume', { run });
    await host.next('epoch', (event) => host.events.indexOf(event) >= from);
    await host.connection.request('cancel', { run, mode: 'stop' });
    assert.equal((await host.ended(run))?.event, 'result');
  });

  test('P20: refuses a pretrained model that changed, in the store or in a file', async (t) => {
    const folder = temporaryFolder(t);
    const data = [writeSampleData(folder)];
    const host = await startTrainer(t, { storeFolder: folder });
    for (const [name, seed] of [
      ['base', 1],
      ['other', 2],
    ] as const) {
      await trainEncoder(host, { name, data, seed });
      await host.ended('');
    }
    const exported = async (name: string) => {
      const out = join(folder, `${name}-files`);
      rmSync(out, { recursive: true, force: true });
      await host.connection.request('export-model', { kind: 'encoder', name, format: 'fastai', out });
      return join(out, 'language_model.pth');
    };
    const file = await exported('base');
    for (const pretrained of ['base', file]) {
      const from = host.events.length;
      const { run } = await trainEncoder(host, { name: 'tuned', data, pretrained, epochs: 50 });
      await host.next('epoch', (event) => host.events.indexOf(event) >= from);
      await host.connection.request('pause', { run });
      await host.ended(run);
      if (pretrained === 'base') {
        await host.store.encoders.rename('base', 'kept');
        await host.store.encoders.rename('other', 'base');
      } else assert.equal(await exported('base'), file);
      await refused(host, run, /pretrained/u);
    }
  });

  test('P20: refuses settings that were changed by hand, and takes a data file that only moved', async (t) => {
    const { host, run, folder, data } = await pausedClassifier(t);
    const path = join(host.store.runs.folderOf(run), 'run.json');
    const sealed = readFileSync(path, 'utf8');
    writeFileSync(path, sealed.replace('"seed": 42', '"seed": 43'));
    await assert.rejects(host.connection.request('resume', { run }), { code: 'corrupt-file' });
    // As earlier versions wrote it, with nothing that tells of a change.
    const members = JSON.parse(sealed) as Record<string, unknown>;
    const whole = JSON.stringify({ ...members, sealed: undefined, seal: undefined }, undefined, 2);
    const change = (from: string, to: string) => {
      assert.ok(whole.includes(from));
      writeFileSync(path, whole.replace(from, to));
    };
    change('"seed": 42', '"seed": 43');
    await refused(host, run, /settings/u);
    const moved = join(folder, 'moved.csv');
    renameSync(data[0] ?? '', moved);
    change(JSON.stringify(data[0]), JSON.stringify(moved));
    await host.connection.request('resume', { run });
    assert.equal((await host.ended(run))?.event, 'result');
  });

  test('P20: that is done is not trained further on another encoder', async (t) => {
    const { host, run, data } = await pausedClassifier(t);
    await host.connection.request('resume', { run });
    await host.ended(run);
    const before = await weightsOf(host.store, 'models', 'topics');
    await trainEncoder(host, { name: 'words', data, seed: 8, replace: true });
    await host.ended('');
    await host.connection.request('extend', { run, epochs: 1 });
    const ending = await host.ended(run);
    assert.ok(ending?.event === 'error', JSON.stringify(ending));
    assert.match(ending.message, /encoder "words"/u);
    assert.equal(await weightsOf(host.store, 'models', 'topics'), before);
    assert.ok(existsSync((await host.store.models.show('topics')).folder));
  });
});
