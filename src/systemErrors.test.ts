import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UlmfitError } from './errors';
import { asUlmfitError } from './systemErrors';

const calls = [
  'open',
  'write',
  'fsync',
  'ftruncate',
  'mkdir',
  'rename',
  'unlink',
  'rmdir',
  'utime',
  'read',
  'fstat',
  'lstat',
  'scandir',
];
const codes = [
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EACCES',
  'EPERM',
  'EIO',
  'EMFILE',
  'ENFILE',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'ENOENT',
  'EBUSY',
];

describe('P24: a call of the file system that fails', () => {
  for (const code of codes) {
    test(`with ${code} has a cause and a remedy, whichever call it was`, () => {
      for (const syscall of calls) {
        for (const place of [{}, { path: '/store/runs' }]) {
          const thrown = Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, ...place });
          const error = asUlmfitError(thrown);
          assert.ok(error instanceof UlmfitError, syscall);
          assert.ok(['save-failed', 'file-unreadable'].includes(error.code));
          assert.doesNotMatch(error.message, new RegExp(`${code}|undefined`, 'u'));
          assert.ok(error.remedy.length > 20);
          assert.equal(error.cause, thrown);
        }
      }
    });
  }

  test('really is told so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'system-'));
    const unreadable = asUlmfitError(
      await readFile(join(folder, 'missing')).catch((error: unknown) => error),
    );
    assert.ok(unreadable instanceof UlmfitError && unreadable.message.includes(folder), String(unreadable));
    const unwritable = asUlmfitError(await writeFile(folder, '').catch((error: unknown) => error));
    assert.ok(unwritable instanceof UlmfitError && unwritable.message.includes(folder), String(unwritable));
    await rm(folder, { recursive: true });
    await assert.rejects(open(folder), (error) => asUlmfitError(error) instanceof UlmfitError);
  });

  test('is one of the file system; anything else stays what it is', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const spawned = Object.assign(new Error('spawn'), {
      code: 'ENOENT',
      syscall: 'spawn node',
      path: 'node',
    });
    for (const other of [refused, spawned, new TypeError('x'), 'text', undefined]) {
      assert.equal(asUlmfitError(other), other);
    }
  });
});
