import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { readSealedJson, sealed } from './seal';
import { Store } from './store';

let root = '';
let store = new Store('.');
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'seal-'));
  store = new Store(root);
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

const anything = v.record(v.string(), v.unknown());
const read = (path: string) => readSealedJson(path, anything, 1000);

describe('a sealed file', () => {
  const members = { formatVersion: 1, text: 'ü "seal" }\n', list: [1, { seal: 2 }] };
  const path = () => join(root, 'file.json');

  test('is read, and sealed again has the same text', async () => {
    await writeFile(path(), sealed(members));
    assert.deepEqual(await read(path()), members);
    const text = JSON.parse(await readFile(path(), 'utf8')) as Record<string, unknown>;
    assert.match(String(text['seal']), /^[0-9a-f]{64}$/u);
    assert.equal(sealed(text), sealed(members));
    assert.equal(sealed({}), sealed({ sealed: false, seal: '' }));
  });

  test('of former versions has no seal', async () => {
    for (const text of [JSON.stringify(members), `${JSON.stringify(members, null, 2)}\n`]) {
      await writeFile(path(), text);
      assert.deepEqual(await read(path()), members);
    }
  });

  test('that was written anew without its seal, or with another, is refused', async () => {
    const value = JSON.parse(sealed(members)) as Record<string, unknown>;
    for (const altered of [
      JSON.stringify(value),
      JSON.stringify({ ...members, sealed: true }),
      sealed(members).replace('1', '2'),
    ]) {
      await writeFile(path(), altered);
      await assert.rejects(read(path()), { code: 'corrupt-file', message: /altered/u });
    }
  });
});

describe('P8: with any byte changed is refused, never read as something else:', { timeout: 240_000 }, () => {
  const tensors = new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]);
  const facts = {
    config: { emb_sz: 4, n_hid: 8, n_layers: 1, pad_token: 1 },
    lineage: {},
    metrics: { loss: 0.25 },
  };
  const content = { tensors, vocab: ['xxunk', 'xxpad', 'a'] };
  const run = '20240607-120000-abcd';

  async function everyByte(path: string, look: () => Promise<unknown>): Promise<void> {
    const original = await readFile(path);
    const before = JSON.stringify(await look());
    for (let at = 0; at < original.length; at++) {
      for (const value of [original.readUInt8(at) ^ 1, original.readUInt8(at) ^ 0x20, 0x30, 0x20]) {
        if (value === original[at]) continue;
        const bytes = Buffer.from(original);
        bytes.writeUInt8(value, at);
        await writeFile(path, bytes);
        const outcome = await look().then(JSON.stringify, (error: unknown) => error);
        const isRefused = outcome instanceof UlmfitError;
        assert.ok(isRefused || outcome === before, `byte ${at}, ${value}: ${String(outcome)}`);
      }
    }
    for (let length = 0; length < original.length; length++) {
      await writeFile(path, original.subarray(0, length));
      await assert.rejects(look(), (error) => error instanceof UlmfitError, `${length} bytes`);
    }
    await writeFile(path, original);
  }

  test('the manifest of a checkpoint; the one before is then the latest', async () => {
    await store.runs.create(run, { kind: 'encoder', name: 'enc', options: { epochs: 2 } });
    const checkpoints = await store.runs.checkpoints(run);
    for (const step of [1, 2])
      await checkpoints.save(step, { tensors, state: { phase: 1, counters: { dropoutKeys: 11 } } });
    await everyByte(join(checkpoints.folder, 'step-000002', 'manifest.json'), async () => {
      const { checkpoint, skipped } = await checkpoints.latestValid();
      if (checkpoint?.step === 1) throw new UlmfitError('corrupt-file', skipped[0]?.reason ?? '', 'Skipped.');
      return checkpoint && [checkpoint.step, checkpoint.state];
    });
  });

  test('the manifest of an encoder', async () => {
    await store.encoders.save('enc', facts, content);
    const folder = join(store.encoders.folder, 'enc');
    await everyByte(join(folder, 'manifest.json'), async () => (await store.encoders.show('enc')).manifest);
    await everyByte(join(folder, 'vocab.json'), async () => (await store.encoders.load('enc')).vocab);
  });

  test('the manifest of a model', async () => {
    await store.models.save('clas', { ...facts, classes: ['a', 'b'] }, content);
    const folder = join(store.models.folder, 'clas');
    await everyByte(join(folder, 'manifest.json'), async () => (await store.models.show('clas')).manifest);
  });

  test('the file of a run', async () => {
    await everyByte(join(store.runs.folderOf(run), 'run.json'), () => store.runs.read(run));
  });
});
