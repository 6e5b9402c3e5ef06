import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as v from 'valibot';
import { readRows } from '../../src/data/readRows';
import { readTextFile } from '../../src/data/readTextFile';
import { UlmfitError } from '../../src/errors';
import { readForeignModel } from '../../src/store/foreign/foreignModel';
import { readJson } from '../../src/store/json';
import { hashFile } from '../../src/store/manifest';
import { Store } from '../../src/store/store';

const skip = process.platform === 'win32' ? 'Windows has no such files.' : false;

let root = '';
let pipe = '';
let socket = '';
let server: Server;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'ulmfit-pipe-'));
  if (skip !== false) return;
  pipe = join(root, 'pipe.csv');
  execFileSync('mkfifo', [pipe]);
  socket = join(root, 'socket.csv');
  server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});
after(async () => {
  if (skip === false) await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

/** Every way a file is read that a user, or a file of the store, can name. */
const readers: [string, (path: string) => Promise<unknown>][] = [
  ['a text file', (path) => readTextFile(path)],
  ['a file of weights', (path) => readForeignModel(path)],
  ['a vocabulary', (path) => readForeignModel('none.pth', { vocabPath: path })],
  ['JSON of the store', (path) => readJson(path, v.unknown(), 1000)],
  ['a file that is compared with its hash', hashFile],
];

function refused(why: RegExp, remedy = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UlmfitError, String(error instanceof Error ? error.stack : error));
    assert.equal(error.code, 'file-unreadable');
    assert.match(error.message, why);
    assert.match(error.remedy, remedy);
    return true;
  };
}

// What waits for a pipe waits for ever.
const options = { skip, timeout: 10_000 };

describe('P3: regular files alone are read', () => {
  for (const [what, read] of readers) {
    test(`P3: a pipe as ${what} is refused, with what to do`, options, async () => {
      await assert.rejects(read(pipe), refused(/pipe\.csv is a pipe, not a file/, /to a file first/));
    });

    test(`P3: a device, a socket or a folder as ${what} is refused`, options, async () => {
      await assert.rejects(read('/dev/zero'), refused(/\/dev\/zero is a device/));
      await assert.rejects(read(socket), refused(/a device or a socket/));
      await assert.rejects(read(root), refused(/is a folder, not a file/));
    });

    test(`P3: what a shell makes of <(…) is refused as ${what} with what to do`, options, async () => {
      for (const path of ['/dev/fd/9763', '/proc/self/fd/9763', '/dev/stdin']) {
        await assert.rejects(read(path), refused(/is a pipe, not a file/, /to a file first/));
      }
    });
  }

  test('P3: rows to train on come from files', options, async () => {
    await assert.rejects(readRows([pipe]), refused(/is a pipe/));
    await assert.rejects(readRows(['/dev/fd/9763']), refused(/is a pipe/));
  });

  test('P17: a pipe among the texts of a folder is listed, and the others are read', options, async () => {
    const folder = join(root, 'texts');
    await mkdir(folder);
    await writeFile(join(folder, 'a.txt'), 'a text');
    execFileSync('mkfifo', [join(folder, 'b.txt')]);
    const { rows, issues } = await readRows([folder]);
    assert.equal(rows.length, 1);
    assert.match(issues[0]?.reason ?? '', /b\.txt is a pipe/);
  });

  test('P22: an entry of the store with a pipe in it is one bad entry', options, async () => {
    const store = new Store(join(root, 'store'));
    const facts = { config: { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 }, lineage: {}, metrics: {} };
    const content = { tensors: new Map([['w', { shape: [1], data: Float32Array.of(1) }]]), vocab: ['xxunk'] };
    await store.encoders.save('good', facts, content);
    for (const file of ['manifest.json', 'vocab.json', 'encoder.safetensors']) {
      await store.encoders.save(file, facts, content);
      const path = join(store.root, 'encoders', file, file);
      await rename(path, `${path}.old`);
      execFileSync('mkfifo', [path]);
      await assert.rejects(store.encoders.load(file), refused(/is a pipe/));
    }
    const { entries, broken } = await store.encoders.list();
    assert.deepEqual(entries.map(({ name }) => name).sort(), ['encoder.safetensors', 'good', 'vocab.json']);
    assert.deepEqual(
      broken.map(({ name }) => name),
      ['manifest.json'],
    );
  });
});
