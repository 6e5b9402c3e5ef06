import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { UlmfitError } from '../../errors';
import { recordName } from './installationRecord';
import { KnownHashes, smallBytes } from './knownHashes';
import { verifyInstallation } from './verifyInstallation';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-verify-'));
after(() => {
  rmSync(root, { recursive: true });
});

const contents = { 'backend.js': 'the backend', 'libraries/one.so.2': 'a library' } as const;
const isUnix = process.platform !== 'win32';
let engines: string;
let folder: string;

beforeEach(() => {
  engines = mkdtempSync(join(root, 'engines-'));
  folder = join(engines, 'tensorflow');
  mkdirSync(join(folder, 'libraries'), { recursive: true, mode: 0o700 });
  const files: Record<string, { sha256: string; bytes: number }> = {};
  for (const [file, content] of Object.entries(contents)) {
    writeFileSync(join(folder, file), content, { mode: 0o600 });
    files[file] = { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
  }
  writeRecord({ formatVersion: 1, engine: 'tensorflow', installedAt: new Date().toISOString(), files });
});

function writeRecord(record: unknown): void {
  writeFileSync(join(folder, recordName), JSON.stringify(record), { mode: 0o600 });
}

function refused(reason: RegExp, user?: number): void {
  assert.throws(
    () => {
      verifyInstallation('tensorflow', folder, ...(user === undefined ? [] : [user]));
    },
    (error: unknown) => {
      assert.ok(error instanceof UlmfitError);
      assert.equal(error.code, 'engine-unavailable');
      assert.match(error.message, reason);
      assert.match(error.remedy, /--install tensorflow/u);
      return true;
    },
  );
}

test('P21: an engine that is as it was installed is loaded', () => {
  verifyInstallation('tensorflow', folder);
});

test('P21: one changed byte is found, in every file', () => {
  for (const [file, content] of Object.entries(contents)) {
    writeFileSync(join(folder, file), content.replace('a', 'e'));
    refused(/was changed after it was installed/u);
    writeFileSync(join(folder, file), content);
  }
  writeFileSync(join(folder, 'backend.js'), 'longer than before');
  refused(/backend\.js was changed/u);
});

test('P21: what others may write to is not loaded: files, folders, the record, the folder of the engines', () => {
  if (!isUnix) return;
  const places = [join(folder, 'backend.js'), join(folder, 'libraries'), join(folder, recordName), folder];
  for (const path of [...places, engines]) {
    const before = lstatSync(path).mode & 0o777;
    for (const mode of [0o020, 0o002]) {
      chmodSync(path, before | mode);
      refused(/other users may write to/u);
    }
    chmodSync(path, before);
  }
  verifyInstallation('tensorflow', folder);
});

test('P21: what belongs to somebody else is not loaded', () => {
  if (!isUnix) return;
  const own = process.geteuid?.() ?? 0;
  if (own !== 0) {
    // Files cannot be given away; to another user these are another one's.
    refused(/belongs to another user/u, own + 1);
    return;
  }
  for (const path of [join(folder, 'backend.js'), join(folder, 'libraries'), folder, engines]) {
    chownSync(path, 65_534, 0);
    refused(/belongs to another user/u);
    chownSync(path, 0, 0);
  }
});

test('P21: a file or folder that was not installed is refused', () => {
  writeFileSync(join(folder, 'libraries', 'two.so'), '');
  refused(/two\.so was not installed with it/u);
  rmSync(join(folder, 'libraries', 'two.so'));
  mkdirSync(join(folder, 'node_modules'));
  refused(/node_modules was not installed with it/u);
});

test('P21: a missing file is named', () => {
  rmSync(join(folder, 'libraries', 'one.so.2'));
  refused(/one\.so\.2 is missing/u);
});

test('P21: a link is refused, wherever it leads', () => {
  if (!isUnix) return;
  const library = join(folder, 'libraries', 'one.so.2');
  writeFileSync(join(engines, 'elsewhere'), contents['libraries/one.so.2']);
  rmSync(library);
  symlinkSync(join(engines, 'elsewhere'), library);
  refused(/one\.so\.2 is a link/u);
});

test('P21: an engine without a record, or with another one, is refused', () => {
  const record: unknown = JSON.parse(readFileSync(join(folder, recordName), 'utf8'));
  for (const other of [{}, [], null, 'no', { ...(record as object), engine: 'webgpu' }]) {
    writeRecord(other);
    refused(/not a record of its installation/u);
  }
  writeFileSync(join(folder, recordName), '{');
  refused(/has no record of what was installed/u);
  rmSync(join(folder, recordName));
  refused(/has no record of what was installed/u);
});

test('P21: the hash of a large file is remembered until the file changes, and not before it rests', () => {
  const path = join(folder, 'large');
  const size = Number(smallBytes);
  writeFileSync(path, Buffer.alloc(size));
  const stats = lstatSync(path, { bigint: true });
  const now = Number(stats.ctimeMs);
  const hashes = KnownHashes.beside(folder);
  hashes.add('large', stats, 'too early', now + 1000);
  assert.equal(hashes.find('large', stats), undefined);
  hashes.add('large', stats, 'a hash', now + 60_000);
  hashes.add('backend.js', lstatSync(join(folder, 'backend.js'), { bigint: true }), 'small', now + 60_000);
  hashes.save();
  const again = KnownHashes.beside(folder);
  assert.equal(again.find('large', stats), 'a hash');
  assert.equal(again.find('backend.js', lstatSync(join(folder, 'backend.js'), { bigint: true })), undefined);
  // Another content of the same size, with the times that anybody can set put back.
  writeFileSync(path, Buffer.alloc(size, 1));
  utimesSync(path, stats.atime, stats.mtime);
  assert.equal(again.find('large', lstatSync(path, { bigint: true })), undefined);
});

test('P21: remembered hashes that others may have written are not believed', () => {
  if (!isUnix) return;
  const path = join(folder, 'large');
  writeFileSync(path, Buffer.alloc(Number(smallBytes)));
  const stats = lstatSync(path, { bigint: true });
  const hashes = KnownHashes.beside(folder);
  hashes.add('large', stats, 'a hash', Number(stats.ctimeMs) + 60_000);
  hashes.save();
  chmodSync(`${folder}.hashes.json`, 0o666);
  assert.equal(KnownHashes.beside(folder).find('large', stats), undefined);
});
