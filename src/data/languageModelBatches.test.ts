import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../../test/golden/goldenFile';
import { UlmfitError } from '../errors';
import { LanguageModelBatches, type LanguageModelBatch } from './languageModelBatches';

const seed = 20240607;

/** Documents of the given lengths made of running numbers. */
function documentsOf(lengths: readonly number[], first = 0): Int32Array[] {
  let next = first;
  return lengths.map((length) => Int32Array.from({ length }, () => next++));
}

function rowsOf(flat: Int32Array, bptt: number): number[][] {
  return Array.from({ length: flat.length / bptt }, (_, row) =>
    Array.from(flat.subarray(row * bptt, (row + 1) * bptt)),
  );
}

for (const vector of golden.lm_batches) {
  test(`batches equal fastai's for bs ${vector.bs}, ${vector.backwards ? 'backwards' : 'forwards'}`, () => {
    const { bs, bptt, backwards } = vector;
    const documents = documentsOf(vector.text_lengths, vector.first_token);
    const batches = new LanguageModelBatches(documents, { bs, bptt, backwards });
    const ours = Array.from(batches.epoch(0), ({ x, y }) => ({ x: rowsOf(x, bptt), y: rowsOf(y, bptt) }));
    assert.deepEqual(ours, vector.batches);
  });
}

const setup = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
  bs: fc.integer({ min: 1, max: 9 }),
  bptt: fc.integer({ min: 1, max: 12 }),
  backwards: fc.boolean(),
  shuffled: fc.boolean(),
});

function batchesOf(settings: {
  lengths: number[];
  bs: number;
  bptt: number;
  backwards: boolean;
  shuffled: boolean;
}): LanguageModelBatches {
  const { lengths, bs, bptt, backwards, shuffled } = settings;
  return new LanguageModelBatches(documentsOf(lengths), {
    bs,
    bptt,
    backwards,
    ...(shuffled ? { shuffle: { seed } } : {}),
  });
}

test('an epoch reads every token, and every batch is full', () => {
  fc.assert(
    fc.property(setup, (settings) => {
      const batches = batchesOf(settings);
      const all = Array.from(batches.epoch(3));
      assert.equal(all.length, batches.batchesPerEpoch);
      const seen = new Set(all.flatMap(({ x }) => Array.from(x)));
      assert.equal(seen.size, batches.tokenCount);
      for (const { x, y } of all) {
        assert.equal(x.length, settings.bs * settings.bptt);
        assert.equal(y.length, x.length);
      }
    }),
    { seed, numRuns: 200 },
  );
});

test('each row reads on where it stopped in the batch before, and y is one token further than x', () => {
  fc.assert(
    fc.property(setup, (settings) => {
      const { bptt } = settings;
      let before: LanguageModelBatch | undefined;
      for (const batch of batchesOf(settings).epoch(1)) {
        rowsOf(batch.x, bptt).forEach((row, index) => {
          const targets = rowsOf(batch.y, bptt)[index] ?? [];
          assert.deepEqual(row.slice(1), targets.slice(0, -1));
          if (before !== undefined) assert.equal(row[0], rowsOf(before.y, bptt)[index]?.at(-1));
        });
        before = batch;
      }
    }),
    { seed, numRuns: 100 },
  );
});

test('the order of an epoch depends on seed and epoch alone, so an epoch can be entered at any batch (P7)', () => {
  const lengths = [9, 4, 17, 3, 8, 21, 5, 12];
  const options = { bs: 3, bptt: 4, shuffle: { seed: 7 } };
  const whole = Array.from(new LanguageModelBatches(documentsOf(lengths), options).epoch(2));
  const resumed = new LanguageModelBatches(documentsOf(lengths), options);
  assert.deepEqual(Array.from(resumed.epoch(2, 4)), whole.slice(4));
  assert.notDeepEqual(Array.from(resumed.epoch(3)), whole);
  const otherSeed = new LanguageModelBatches(documentsOf(lengths), { ...options, shuffle: { seed: 8 } });
  assert.notDeepEqual(Array.from(otherSeed.epoch(2)), whole);
});

test('shuffling keeps documents whole', () => {
  const documents = documentsOf([5, 6, 7, 8]);
  const batches = new LanguageModelBatches(documents, { bs: 1, bptt: 26, shuffle: { seed } });
  const [batch] = Array.from(batches.epoch(0));
  const stream = Array.from(batch?.x ?? []).join(' ');
  for (const document of documents) assert.ok(stream.includes(Array.from(document).join(' ')));
});

test('without shuffling every epoch is the same', () => {
  const batches = new LanguageModelBatches(documentsOf([5, 7, 3]), { bs: 2, bptt: 3 });
  assert.deepEqual(Array.from(batches.epoch(0)), Array.from(batches.epoch(5)));
});

test('no documents make no batches', () => {
  const batches = new LanguageModelBatches([], { bs: 2, bptt: 3 });
  assert.equal(batches.batchesPerEpoch, 0);
  assert.deepEqual(Array.from(batches.epoch(0)), []);
});

test('a batch size that is no whole number is a bad setting', () => {
  for (const bs of [0, -1, 2.5, Number.NaN]) {
    assert.throws(
      () => new LanguageModelBatches([], { bs, bptt: 3 }),
      (error) => error instanceof UlmfitError && error.code === 'bad-setting',
    );
  }
});
