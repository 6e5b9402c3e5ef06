import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BufferPool } from './bufferPool';

test('a buffer that was given back is lent again for about the same length', () => {
  const pool = new BufferPool();
  const first = pool.take(100_000);
  pool.giveBack(first);
  assert.equal(pool.take(90_000).buffer, first.buffer);
});

test('a much larger buffer is not wasted on a small need', () => {
  const pool = new BufferPool();
  const large = pool.take(1_000_000);
  pool.giveBack(large);
  assert.notEqual(pool.take(100_000).buffer, large.buffer);
});

test('a buffer that was read, or that a second tensor shares, is not lent again', () => {
  const pool = new BufferPool();
  const read = pool.take(100_000);
  pool.own(read);
  pool.release(read);
  pool.giveBack(read);
  const sliced = pool.take(100_000);
  assert.notEqual(sliced.buffer, read.buffer);
  pool.own(sliced);
  pool.own(sliced.subarray(10, 20));
  pool.giveBack(sliced);
  assert.notEqual(pool.take(100_000).buffer, sliced.buffer);
});

test('no two lent arrays ever share memory, whatever is given back, twice or never lent', () => {
  const action = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 30_000 }) }),
    fc.record({ giveBack: fc.nat(20) }),
    fc.record({ foreign: fc.integer({ min: 1, max: 30_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const pool = new BufferPool();
      const everLent: Float32Array[] = [];
      const lent = new Set<ArrayBufferLike>();
      for (const each of actions) {
        if ('take' in each) {
          const array = pool.take(each.take);
          assert.equal(array.length, each.take);
          assert.ok(!lent.has(array.buffer));
          lent.add(array.buffer);
          everLent.push(array);
        } else if ('giveBack' in each) {
          const array = everLent[each.giveBack];
          if (!array) continue;
          pool.giveBack(array);
          lent.delete(array.buffer);
        } else {
          pool.giveBack(new Float32Array(each.foreign));
        }
      }
    }),
    { seed: 20240607, numRuns: 200 },
  );
});

test('scratch memory of one owner stays, and owners do not share it', () => {
  const pool = new BufferPool();
  const first = pool.scratch('a', 10);
  assert.equal(pool.scratch('a', 5).buffer, first.buffer);
  assert.equal(pool.scratch('a', 5).length, 5);
  assert.notEqual(pool.scratch('b', 5).buffer, first.buffer);
});
