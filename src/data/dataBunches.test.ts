import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UlmfitError, type ErrorCode } from '../errors';
import { specialTokens } from '../text/specialTokens';
import { Vocab } from '../text/vocab';
import { TextClasDataBunch } from './textClasDataBunch';
import { TextLMDataBunch } from './textLMDataBunch';
import type { TextRow } from './textRow';

const sample = join(import.meta.dirname, '../../media/sample/mails.csv');
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ulmfit-bunch-'));
});
after(() => rm(folder, { recursive: true }));

function row(text: string, label?: string, line = 1): TextRow {
  return { text, ...(label === undefined ? {} : { label }), file: 'rows.csv', line };
}

const fails = (code: ErrorCode) => (error: unknown) => {
  assert.ok(error instanceof UlmfitError, String(error));
  assert.equal(error.code, code);
  return true;
};

const good = [row('a good film'), row('a good good book')];
const bad = [row('a bad film'), row('a bad day')];
const labelled = [...good.map((r) => ({ ...r, label: 'pos' })), ...bad.map((r) => ({ ...r, label: 'neg' }))];

test('the vocabulary is made from the training texts alone, with fastai’s defaults', () => {
  const data = TextLMDataBunch.fromRows(good, [row('unseen unseen words')], { bs: 1, bptt: 4 });
  assert.equal(data.vocab.idOf('unseen'), 0);
  assert.ok(data.vocab.idOf('good') > 0);
  // Once only: below minFreq 2.
  assert.equal(data.vocab.idOf('film'), 0);
  assert.deepEqual(data.vocab.itos.slice(0, 9), specialTokens);
  assert.equal(data.vocab.size % 8, 0);
});

test('a language model reads xxbos before each text, in file order when validating', () => {
  const data = TextLMDataBunch.fromRows(good, good, { bs: 1, bptt: 9, minFreq: 1 });
  const [batch] = Array.from(data.valid.epoch(0));
  assert.equal(
    Array.from(batch?.x ?? [], (id) => data.vocab.itos[id]).join(' '),
    'xxbos a good film xxbos a good good book',
  );
});

test('backwards reads the stream from its end', () => {
  const data = TextLMDataBunch.fromRows(good, good, { bs: 1, bptt: 9, minFreq: 1, backwards: true });
  const [batch] = Array.from(data.valid.epoch(0));
  assert.equal(
    Array.from(batch?.x ?? [], (id) => data.vocab.itos[id]).join(' '),
    'book good good a xxbos film good a xxbos',
  );
});

test('several text columns are joined, with marks if asked for', () => {
  const rows = [{ ...row('re hello'), fields: ['re', 'hello'] }];
  const words = (markFields: boolean): string => {
    const data = TextLMDataBunch.fromRows(rows, rows, { bs: 1, bptt: 1, minFreq: 1, markFields });
    return data.vocab.itos.includes('hello') ? `${data.valid.tokenCount}` : '';
  };
  assert.equal(words(false), '3');
  assert.equal(words(true), '7');
});

test('a classifier uses the vocabulary that it is given, and sorted classes', () => {
  const vocab = Vocab.fromStrings([...specialTokens, 'film']);
  const data = TextClasDataBunch.fromRows(labelled, labelled, { vocab, bs: 2 });
  assert.equal(data.vocab, vocab);
  assert.deepEqual(data.classes, ['neg', 'pos']);
  for (const batch of data.valid.epoch()) {
    batch.indices.forEach((index, at) => {
      assert.equal(data.classes[batch.labels?.[at] ?? -1], data.validRows[index]?.label);
    });
  }
});

test('a classifier without a vocabulary makes it from its training texts alone', () => {
  const data = TextClasDataBunch.fromRows(labelled, [row('unseen unseen words', 'pos')], { bs: 2 });
  assert.equal(data.vocab.idOf('unseen'), 0);
  assert.ok(data.vocab.idOf('bad') > 0);
});

test('P17: rows that a classifier cannot use are listed: unlabelled ones, and labels only in validation', () => {
  const train = [...labelled, row('who knows', undefined, 9)];
  const valid = [row('fine', 'pos', 3), row('meh', 'neutral', 4)];
  const data = TextClasDataBunch.fromRows(train, valid, { bs: 2 });
  assert.equal(data.trainRows.length, 4);
  assert.equal(data.valid.size, 1);
  assert.deepEqual(
    data.issues.map(({ line }) => line),
    [9, 4],
  );
  assert.match(data.issues[1]?.reason ?? '', /“neutral”/);
});

test('bad input: one class only, no labels, no rows', () => {
  assert.throws(() => TextClasDataBunch.fromRows(labelled.slice(0, 2), labelled), fails('one-class-only'));
  assert.throws(() => TextClasDataBunch.fromRows(good, labelled), fails('too-few-rows'));
  assert.throws(() => TextClasDataBunch.fromRows([], labelled), fails('too-few-rows'));
  assert.throws(() => TextLMDataBunch.fromRows([], good), fails('too-few-rows'));
});

test('three rows are enough for both', async () => {
  const file = join(folder, 'three.csv');
  await writeFile(file, 'text,label\na good film,pos\na bad film,neg\na good day,pos\n');
  const lm = await TextLMDataBunch.fromCsv(file);
  assert.equal(lm.train.batchesPerEpoch, 1);
  const clas = await TextClasDataBunch.fromCsv(file, { vocab: lm.vocab });
  assert.deepEqual([clas.train.size, clas.valid.size, clas.train.batchesPerEpoch], [2, 1, 1]);
});

test('from a folder with train and valid', async () => {
  for (const [path, text] of Object.entries({
    'train/pos/a.txt': 'good',
    'train/neg/b.txt': 'bad',
    'valid/neg/c.txt': 'awful',
  })) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const data = await TextClasDataBunch.fromFolder(folder, { bs: 2 });
  assert.deepEqual([data.classes, data.train.size, data.valid.size], [['neg', 'pos'], 2, 1]);
  const lm = await TextLMDataBunch.fromFolder(folder, { bs: 1, bptt: 2 });
  assert.equal(lm.train.tokenCount, 4);
});

test('the sample of mails is read without issues, and both classes keep their share', async () => {
  const settings = { textColumns: ['subject', 'body'], bs: 16 };
  const data = await TextClasDataBunch.fromCsv(sample, { ...settings, validPct: 0.2 });
  assert.deepEqual(data.issues, []);
  assert.deepEqual(data.classes, ['ham', 'spam']);
  assert.deepEqual([data.train.size, data.valid.size], [799, 201]);
  assert.equal(data.validRows.filter(({ label }) => label === 'spam').length, 63);
  assert.ok(data.vocab.size > 5000);
});
