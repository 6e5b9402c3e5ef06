import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UlmfitError } from '../../errors';
import { writeFastaiFiles } from '../../store/foreign/writeFastai';
import type { PretrainedModel } from '../../store/pretrainedModels';
import { Store } from '../../store/store';
import { type StandInServer, startStandInServer } from '../download/standInServer';
import { type Task, Tasks } from '../tasks';
import { downloadPretrained } from './downloadPretrained';
import { saveSmallEncoder } from './smallModels';

const words = 15_000;
let folder = '';
let archive: Buffer;
let server: StandInServer;
let origin: Store;
let store: Store;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ulmfit-pretrained-'));
  origin = new Store(join(folder, 'origin'));
  await saveSmallEncoder(origin, 'base', words);
  const files = join(folder, 'files');
  await writeFastaiFiles(await origin.encoders.load('base'), files);
  archive = gzipSync(
    tar([
      ['wt103-fwd/lstm_fwd.pth', readFileSync(join(files, 'language_model.pth'))],
      ['wt103-fwd/itos_wt103.pkl', readFileSync(join(files, 'itos.pkl'))],
    ]),
    // Stored as it is: the numbers in it would shrink too much to be cut at many places.
    { level: 0 },
  );
  server = await startStandInServer(archive);
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  store = new Store(mkdtempSync(join(folder, 'store-')));
  server.requests.length = 0;
  const whole = { content: archive, etag: '"a"', ranges: true, status: undefined, chunked: false };
  Object.assign(server.behaviour, { ...whole, cuts: [], stalls: [] });
});

function modelOf(content: Buffer, more: Partial<PretrainedModel> = {}): PretrainedModel {
  const bytes = Math.min(content.length, 2 ** 18);
  const md5 = createHash('md5').update(content.subarray(0, bytes)).digest('hex');
  return {
    ...{ name: 'wt103-fwd', file: 'wt103-fwd.tgz', bytes: content.length, beginning: { bytes, md5 } },
    backwards: false,
    ...more,
  };
}

const options = { retryMilliseconds: [1, 1], stallMilliseconds: 300 };
const get = (model = modelOf(archive), task?: (task: Task) => void) =>
  new Tasks(() => undefined).run(undefined, (each) => {
    task?.(each);
    return downloadPretrained(store, model, server.address, each, options);
  });

async function failure(promise: Promise<unknown>): Promise<UlmfitError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UlmfitError, String(error));
  return error;
}

/** Nothing of the model is in the store, not even a folder that is being written. */
async function assertNothing(): Promise<void> {
  assert.deepEqual(await store.encoders.names(), []);
  const folderOfEncoders = join(store.root, 'encoders');
  assert.deepEqual(existsSync(folderOfEncoders) ? readdirSync(folderOfEncoders) : [], []);
}

describe('a pretrained model', { timeout: 120_000 }, () => {
  test('becomes an encoder that says where it comes from, and nothing else stays', async () => {
    assert.deepEqual(await get(), { name: 'wt103-fwd', words });
    const { tensors, vocab, manifest } = await store.encoders.load('wt103-fwd');
    const base = await origin.encoders.load('base');
    assert.deepEqual(vocab, base.vocab);
    for (const [name, { data }] of base.tensors) assert.deepEqual(tensors.get(name)?.data, data, name);
    const { source } = manifest.lineage;
    assert.equal(source?.file, 'wt103-fwd.tgz');
    assert.equal(source.address, `${server.address}wt103-fwd.tgz`);
    assert.equal(source.sha256, createHash('sha256').update(archive).digest('hex'));
    assert.deepEqual(readdirSync(join(store.root, 'downloads')), []);
  });

  test('that is there is not downloaded again', async () => {
    await get();
    assert.deepEqual(await get(), { name: 'wt103-fwd', words });
    assert.equal(server.requests.length, 1);
  });

  test('of the other direction says so', async () => {
    await get(modelOf(archive, { name: 'wt103-bwd', backwards: true }));
    assert.equal((await store.encoders.show('wt103-bwd')).manifest.config.backwards, true);
  });

  test('that breaks off leaves the store as it was, and the next attempt goes on from there', async () => {
    server.behaviour.cuts = [100_000, 50_000, 50_000];
    const { code, remedy } = await failure(get());
    assert.equal(code, 'download-failed');
    assert.match(remedy, /kept.*ulmfit import wt103-fwd\.tgz --name wt103-fwd/u);
    await assertNothing();
    await get();
    assert.match(server.requests.at(-1) ?? '', /^bytes=/u);
  });

  for (const [what, change, pattern] of [
    ['missing', { status: 404 }, /there is no such file/u],
    ['shorter', { content: Buffer.alloc(5000) }, /bytes instead of/u],
    ['stuck', { stalls: [100_000, 0, 0] }, /silent/u],
  ] as const) {
    test(`whose file is ${what} leaves the store as it was`, async () => {
      Object.assign(server.behaviour, change, 'stalls' in change ? { stalls: [...change.stalls] } : {});
      assert.match((await failure(get())).message, pattern);
      await assertNothing();
    });
  }

  test('with the right size and beginning but damaged further on is deleted, and said to be', async () => {
    const wrong = Buffer.from(archive);
    wrong.fill(0xff, wrong.length - 200_000, wrong.length - 150_000);
    server.behaviour.content = wrong;
    const { code, message, remedy } = await failure(get());
    assert.equal(code, 'download-failed');
    assert.match(message, /was downloaded, but it cannot be used/u);
    assert.match(remedy, /deleted/u);
    await assertNothing();
    server.behaviour.content = archive;
    await get();
    assert.equal(server.requests.length, 2);
  });

  test('an address that is not safe is refused before anything is asked', async () => {
    const task = (each: Task) => downloadPretrained(store, modelOf(archive), 'http://example.org', each);
    const { code } = await failure(new Tasks(() => undefined).run(undefined, task));
    assert.equal(code, 'bad-setting');
    assert.ok(!existsSync(join(store.root, 'downloads')));
  });
});

test(
  'P10: cancelled at ten points of downloading, reading and writing, the store is never left with half a model',
  {
    timeout: 120_000,
  },
  async () => {
    const stages = ['downloading', 'reading', 'writing'];
    let cancelledAt: string[] = [];
    for (let point = 0; point < 10; point++) {
      let told = 0;
      const tasks = new Tasks((name, done, total, stage = '') => {
        told++;
        const place = stages.indexOf(stage) + Math.min(0.99, done / total);
        if (place < (point * stages.length) / 10) return;
        cancelledAt = [...new Set([...cancelledAt, stage])];
        tasks.cancel(name);
      });
      const result = await tasks
        .run('t', (task) => downloadPretrained(store, modelOf(archive), server.address, task, options))
        .catch((error: unknown) => error);
      assert.ok(told > 0);
      if (result instanceof UlmfitError) {
        assert.equal(result.code, 'cancelled');
        await assertNothing();
      } else {
        // Too late: it was complete already.
        await store.encoders.load('wt103-fwd');
        await store.encoders.remove('wt103-fwd');
      }
    }
    assert.deepEqual(cancelledAt, stages);
    await get();
    await store.encoders.load('wt103-fwd');
  },
);

/** An archive in the format of POSIX (ustar). */
function tar(files: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = files.flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write(' '.repeat(8), 148);
    header.write('0', 156);
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
