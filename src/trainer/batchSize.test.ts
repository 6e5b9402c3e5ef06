import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UlmfitError } from '../errors';
import {
  batchSizeFor,
  classifierBatches,
  languageModelBatches,
  memoryOf,
  prepareThatFits,
} from './batchSize';
import type { TrainingJob } from './trainingJob';

const gib = 2 ** 30;
const sizes = { embSz: 400, nHid: 1152, nLayers: 3, vocab: 30_000, bs: 256, time: 70, hasDecoder: true };

/** Jobs whose step fits into memory up to so many rows; remembers which were tried and which were let go. */
function jobsThatFit(rows: number, failure: () => Error = () => new Error('OOM when allocating tensor')) {
  const tried: (number | 'auto')[] = [];
  const disposed: number[] = [];
  const prepare = (bs: number | 'auto') => {
    tried.push(bs);
    const size = bs === 'auto' ? 64 : bs;
    const job = {
      counts: { bs: size },
      warnings: [],
      learner: {
        tryStep: () => {
          if (size > rows) throw failure();
        },
      },
      dispose: () => disposed.push(size),
    };
    return Promise.resolve(job as unknown as TrainingJob);
  };
  return { prepare, tried, disposed };
}

test('auto halves the batch until the memory that there is holds it', () => {
  assert.equal(batchSizeFor(sizes, { total: 1000 * gib }), 256);
  assert.equal(batchSizeFor(sizes, { total: 4 * gib }), 128);
  assert.equal(batchSizeFor(sizes, { total: 1000 * gib, free: 2 * gib }), 32);
  assert.equal(batchSizeFor(sizes, { total: 1000 }), 1);
});

test('a card of 16 GiB holds at least the usual 64 rows at full size', () => {
  const memory = memoryOf({
    ...{ engine: 'tensorflow', device: 'card', device_kind: 'gpu', versions: {}, passed: true },
    memory_bytes: 16 * gib,
  });
  assert.ok(batchSizeFor({ ...sizes, bs: 64, vocab: 60_000 }, memory) === 64);
});

test('a card that does not tell its memory has no limit but the step that is tried', () => {
  const report = {
    engine: 'webgpu',
    device: 'card',
    device_kind: 'gpu',
    versions: {},
    passed: true,
  } as const;
  assert.equal(batchSizeFor(sizes, memoryOf(report)), 256);
});

test('a batch that fits is taken without a word', async () => {
  const { prepare, tried } = jobsThatFit(64);
  const job = await prepareThatFits(prepare);
  assert.deepEqual(tried, ['auto']);
  assert.deepEqual(job.warnings, []);
});

test('one that does not fit is halved until it does, and the run says so', async () => {
  const { prepare, tried, disposed } = jobsThatFit(20);
  const job = await prepareThatFits(prepare);
  assert.deepEqual(tried, ['auto', 32, 16]);
  assert.deepEqual(disposed, [64, 32]);
  assert.match(job.warnings[0]?.message ?? '', /not enough memory for batches of 32 rows; 16 are taken/u);
});

test('where not one row fits, the error says so', async () => {
  const { prepare } = jobsThatFit(0);
  await assert.rejects(prepareThatFits(prepare), { code: 'out-of-memory' });
});

test('another error is not taken for a lack of memory', async () => {
  const { prepare, tried, disposed } = jobsThatFit(0, () => new UlmfitError('cancelled', 'no', ''));
  await assert.rejects(prepareThatFits(prepare), { code: 'cancelled' });
  assert.deepEqual(tried, ['auto']);
  assert.deepEqual(disposed, [64]);
});

test('P12: a language model’s batches are no larger than its texts, which is said', () => {
  const bounded = (tokens: number, bs: number, bptt: number) => {
    const { warnings, ...batches } = languageModelBatches(tokens, { bs, bptt });
    return { ...batches, said: warnings.map(({ message }) => message) };
  };
  assert.deepEqual(bounded(7844, 64, 70), { bs: 64, bptt: 70, said: [] });
  assert.deepEqual(bounded(7844, 112, 70), { bs: 112, bptt: 70, said: [] });
  assert.deepEqual(bounded(7844, 65_536, 70), {
    bs: 112,
    bptt: 70,
    said: ['Batches of 65536 rows are more than the 7844 training tokens can fill; 112 are taken.'],
  });
  assert.deepEqual(bounded(100, 8, 10_000), {
    bs: 8,
    bptt: 100,
    said: ['A step back in time of 10000 tokens is longer than all training texts; 100 are taken.'],
  });
  assert.equal(bounded(2, 65_536, 10_000).said.length, 2);
});

test('P12: a classifier’s batches are no larger than its texts, which is said', () => {
  assert.deepEqual(classifierBatches(60, 64), { bs: 64, warnings: [] });
  assert.deepEqual(classifierBatches(1000, 512), { bs: 512, warnings: [] });
  const { bs, warnings } = classifierBatches(1000, 65_536);
  assert.equal(bs, 1000);
  assert.match(
    warnings[0]?.message ?? '',
    /65536 rows are more than the 1000 training texts; 1000 are taken/,
  );
});
