import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UlmfitError } from '../errors';
import { asOutOfMemory, checkMemory } from './memoryCheck';

const sizes = { embSz: 400, nHid: 1152, nLayers: 3, vocab: 30_000, bs: 64, time: 70, hasDecoder: true };
const gib = 2 ** 30;

test('P12: a training that the machine has no room for is refused with the batch size to try', () => {
  assert.throws(() => checkMemory(sizes, { total: 1.3 * gib }), {
    code: 'out-of-memory',
    message: /64 rows takes about 1\.8 GiB of memory; this machine has 1\.3 GiB/u,
    remedy: /--bs 16,/u,
  });
  assert.throws(() => checkMemory(sizes, { total: 0.5 * gib }), { remedy: /smaller model/u });
});

test('P12: one that other programs leave no room for is warned of', () => {
  const [warning] = checkMemory(sizes, { total: 8 * gib, free: 1.3 * gib });
  assert.match(
    `${warning?.message ?? ''} ${warning?.remedy ?? ''}`,
    /1\.3 GiB are free now\. Close .*--bs 16,/u,
  );
  assert.deepEqual(checkMemory(sizes, { total: 8 * gib, free: 4 * gib }), []);
  assert.deepEqual(checkMemory(sizes, { total: 8 * gib }), []);
});

test('P12: what engines say when memory runs out becomes an error that names the batch size to try', () => {
  let thrown: unknown;
  try {
    new ArrayBuffer(2 ** 52);
  } catch (error) {
    thrown = error;
  }
  for (const error of [thrown, new Error('std::bad_alloc'), new Error('OOM when allocating tensor')]) {
    assert.match(asOutOfMemory(error, 32)?.remedy ?? '', /--bs 16,/u);
  }
  assert.equal(asOutOfMemory(new Error('the room was full'), 32), undefined);
  assert.equal(asOutOfMemory(new UlmfitError('cancelled', 'out of memory', ''), 32), undefined);
});
