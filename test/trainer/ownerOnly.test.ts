import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { startTrainer, temporaryFolder, trainClassifier, trainEncoder, writeSampleData } from './host';

const nobody = 65_534;

/** Every file and folder below, and the folder itself. */
function everything(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path)));
  return [folder, ...below];
}

/** Those that others may read, write or enter, with their modes. */
function loose(store: string): string[] {
  return everything(store)
    .map((path) => ({ path, mode: statSync(path).mode & 0o777 }))
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ path, mode }) => `${relative(store, path)} ${mode.toString(8)}`);
}

/** The files that another user of this machine can read; undefined where only root could become one. */
function readByAnother(files: readonly string[]): string[] | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const script = `
    const { readFileSync } = require('node:fs');
    for (const file of process.argv.slice(1)) {
      try { readFileSync(file); console.log(file); }
      catch (error) { if (error.code !== 'EACCES') throw error; }
    }`;
  const args = ['-e', script, ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    uid: nobody,
    gid: nobody,
    cwd: '/',
  });
  assert.equal(status, 0, String(stderr));
  return String(stdout)
    .split('\n')
    .filter((line) => line !== '');
}

test(
  'P23: whatever the umask is, all that trainings write into a store is its owner’s alone, and old stores are closed',
  { timeout: 240_000, skip: process.platform === 'win32' },
  async (t) => {
    const umask = process.umask(0);
    t.after(() => process.umask(umask));
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o755);
    const data = [writeSampleData(folder)];
    const store = join(folder, 'store');
    const options = {
      storeFolder: store,
      checkpointSeconds: 0,
      env: { ULMFIT_ENGINE_CHECKS: join(store, 'engine-checks.json') },
    };
    const host = await startTrainer(t, options);
    await trainEncoder(host, { name: 'words', data });
    await host.next('progress');
    assert.deepEqual(loose(store), [], 'while a run goes on');
    assert.equal((await host.ended(''))?.event, 'result');
    await trainClassifier(host, { name: 'topics', encoder: 'words', data, epochs: [1] });
    assert.equal((await host.ended(''))?.event, 'result');
    await trainClassifier(host, { name: 'others', encoder: 'words', data, epochs: [1], seed: 7 });
    assert.equal((await host.ended(''))?.event, 'result');
    await host.connection.request('make-ensemble', { name: 'both', models: ['topics', 'others'] });
    const files = everything(store).filter((path) => statSync(path).isFile());
    const names = files.map((path) => relative(store, path).replaceAll('\\', '/'));
    for (const wanted of [
      /^engine-checks\.json$/u,
      /vocab\.json$/u,
      /events\.ndjson$/u,
      /state\.safetensors$/u,
    ])
      assert.ok(
        names.some((name) => wanted.test(name)),
        `${wanted} among ${names.join(', ')}`,
      );
    assert.deepEqual(loose(store), []);
    assert.ok((readByAnother(files) ?? []).length === 0);

    await t.test(
      'exports and answers have the modes of any program: they are for use elsewhere',
      async () => {
        const out = join(folder, 'exported');
        await host.connection.request('export-model', {
          ...{ kind: 'model', name: 'topics', format: 'safetensors', int8: false },
          out,
        });
        const answers = join(folder, 'answers.csv');
        await host.connection.request('classify-file', {
          model: 'topics',
          file: data[0] ?? '',
          out: answers,
        });
        assert.equal((statSync(join(out, 'vocab.json')).mode & 0o777).toString(8), '666');
        assert.equal((statSync(answers).mode & 0o777).toString(8), '666');
      },
    );

    await t.test('P23: a store of an older version is closed when a trainer opens it', async (inner) => {
      await host.stop();
      for (const path of everything(store)) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
      mkdirSync(join(store, 'of mine'), { mode: 0o755 });
      const read = readByAnother(files);
      assert.ok(read === undefined || read.length === files.length);
      const next = await startTrainer(inner, options);
      await next.connection.request('classify', { model: 'topics', texts: ['the rain'] });
      assert.deepEqual(loose(store), [' 755', 'of mine 755']);
      assert.ok((readByAnother(files) ?? []).length === 0);
      await next.stop();
    });
  },
);
