import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../../test/golden/goldenFile';
import { RandomStream } from '../random';
import { UlmfitError } from '../errors';
import { ClassifierBatches } from './classifierBatches';
import { packRows, padCollate } from './padCollate';
import { sortedOrder, sortishOrder } from './samplers';

const seed = 20240607;

golden.pad_collate.forEach((vector, index) => {
  test(`padCollate equals fastai's, vector ${index}`, () => {
    const { pad_first, backwards } = vector.kw;
    const rows = padCollate(vector.in, {
      ...(pad_first === undefined ? {} : { padFirst: pad_first }),
      ...(backwards === undefined ? {} : { backwards }),
    });
    assert.deepEqual(
      rows.map((row) => Array.from(row)),
      vector.out,
    );
  });
});

test('packed rows are padded on the right, backwards too', () => {
  const documents = [Int32Array.of(5, 6, 7), Int32Array.of(8, 9)];
  const forwards = packRows(documents, 1);
  assert.deepEqual(Array.from(forwards.ids), [5, 6, 7, 8, 9, 1]);
  assert.deepEqual(Array.from(forwards.lengths), [3, 2]);
  assert.deepEqual(Array.from(packRows(documents, 1, true).ids), [7, 6, 5, 9, 8, 1]);
  assert.deepEqual(Array.from(documents[0] ?? []), [5, 6, 7]);
});

const lengthLists = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 400 });

test('the sortish order is a permutation whose first batch begins with the longest text', () => {
  fc.assert(
    fc.property(lengthLists, fc.integer({ min: 1, max: 7 }), (lengths, bs) => {
      const order = sortishOrder(lengths, bs, RandomStream.named(seed, 'test'));
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        Array.from(lengths.keys()),
      );
      assert.equal(lengths[order[0] ?? 0], Math.max(...lengths));
    }),
    { seed, numRuns: 200 },
  );
});

test('texts in a batch of the sortish order are of like length', () => {
  // 100 lengths, two chunks of 50·1 … : with one chunk, sorted batches of 10 each span 10 neighbouring lengths.
  const lengths = Array.from({ length: 100 }, (_, index) => index + 1);
  const order = sortishOrder(lengths, 10, RandomStream.named(seed, 'test'));
  for (let start = 0; start < 100; start += 10) {
    const batch = order.slice(start, start + 10).map((index) => lengths[index] ?? 0);
    assert.equal(Math.max(...batch) - Math.min(...batch), 9);
  }
});

test('the sorted order is longest first and keeps equals in place', () => {
  assert.deepEqual(sortedOrder([2, 5, 2, 5, 9]), [4, 1, 3, 0, 2]);
});

function documentsOf(count: number): { documents: Int32Array[]; labels: Int32Array } {
  const documents = Array.from({ length: count }, (_, index) => new Int32Array((index % 13) + 1).fill(index));
  return { documents, labels: Int32Array.from({ length: count }, (_, index) => index % 3) };
}

test('validation has every text once, whatever the batch size, with its own label', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 9 }), (count, bs) => {
      const { documents, labels } = documentsOf(count);
      const batches = Array.from(new ClassifierBatches(documents, labels, { bs }).epoch());
      const indices = batches.flatMap((batch) => batch.indices);
      assert.deepEqual(
        indices.toSorted((a, b) => a - b),
        Array.from({ length: count }, (_, index) => index),
      );
      for (const batch of batches) {
        batch.indices.forEach((index, row) => {
          assert.equal(batch.labels?.[row], index % 3);
          assert.equal(batch.lengths[row], (index % 13) + 1);
          assert.equal(batch.ids[row * batch.time], index);
        });
      }
    }),
    { seed, numRuns: 100 },
  );
});

test('training has whole batches only, no text twice in an epoch, and others left over in the next', () => {
  const { documents, labels } = documentsOf(50);
  const batches = new ClassifierBatches(documents, labels, { bs: 8, shuffle: { seed } });
  assert.equal(batches.batchesPerEpoch, 6);
  const used = [0, 1, 2, 3, 4].map((epoch) => {
    const indices = Array.from(batches.epoch(epoch)).flatMap((batch) => {
      assert.equal(batch.batch, 8);
      return batch.indices;
    });
    assert.equal(new Set(indices).size, 48);
    return indices;
  });
  assert.equal(new Set(used.flat()).size, 50);
});

test('fewer texts than the batch size make one short batch instead of none', () => {
  const { documents, labels } = documentsOf(3);
  const batches = new ClassifierBatches(documents, labels, { bs: 64, shuffle: { seed } });
  assert.equal(batches.batchesPerEpoch, 1);
  const [only] = Array.from(batches.epoch(0));
  assert.equal(only?.batch, 3);
});

test('training order depends on seed and epoch alone, so an epoch can be entered at any batch (P7)', () => {
  const { documents, labels } = documentsOf(50);
  const make = (): ClassifierBatches =>
    new ClassifierBatches(documents, labels, { bs: 8, shuffle: { seed } });
  const whole = Array.from(make().epoch(1));
  assert.deepEqual(Array.from(make().epoch(1, 2)), whole.slice(2));
  assert.notDeepEqual(Array.from(make().epoch(2)), whole);
});

test('texts without labels make batches without labels', () => {
  const [batch] = Array.from(new ClassifierBatches([Int32Array.of(2, 5)], undefined, { bs: 4 }).epoch());
  assert.ok(batch !== undefined && !('labels' in batch));
});

test('another number of labels than texts is refused', () => {
  assert.throws(
    () => new ClassifierBatches([Int32Array.of(2)], Int32Array.of(0, 1), { bs: 4 }),
    (error) => error instanceof UlmfitError && error.code === 'bad-setting',
  );
});
