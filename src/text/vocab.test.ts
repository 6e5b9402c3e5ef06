import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../../test/golden/goldenFile';
import { UlmfitError } from '../errors';
import { specialTokens } from './specialTokens';
import { Vocab } from './vocab';

test('a vocabulary holds what fastai puts into it, in its order', () => {
  for (const { tokens, max_vocab, min_freq, itos } of golden.vocab) {
    assert.deepEqual(Vocab.create(tokens, { maxVocab: max_vocab, minFreq: min_freq }).itos, itos);
  }
});

test('names that objects are born with are words like any other', () => {
  const vocab = Vocab.create([['__proto__', 'constructor', 'constructor', 'toString', '__proto__']]);
  assert.equal(vocab.idOf('constructor'), 10);
  assert.equal(vocab.idOf('__proto__'), 9);
  assert.equal(vocab.idOf('toString'), 0);
  assert.equal(vocab.idOf('hasOwnProperty'), 0);
});

test('special tokens in the texts use up places of maxVocab but stand in front once', () => {
  const texts = [['xxmaj', 'xxmaj', 'xxmaj', 'a', 'a', 'b', 'b', 'c', 'c']];
  assert.deepEqual(Vocab.create(texts, { maxVocab: 3 }).itos, ['xxunk', 'xxpad', 'xxbos']);
  // Of the most frequent 12, one is xxmaj.
  const words = Array.from({ length: 20 }, (_, i) => [`w${i}`, `w${i}`]).flat();
  const vocab = Vocab.create([['xxmaj', 'xxmaj', 'xxmaj', ...words]], { maxVocab: 12 });
  assert.deepEqual(vocab.itos, [...specialTokens, 'w0', 'w1', 'w2']);
});

test('a token that stands twice is found at its last place', () => {
  const vocab = Vocab.create([['a', 'a']]);
  assert.equal(vocab.size, 16);
  assert.equal(vocab.idOf('xxfake'), 15);
});

test('unknown words become 0, and ids become text again', () => {
  const vocab = Vocab.fromStrings([...specialTokens, 'a', '\n ']);
  assert.deepEqual(vocab.numericalize(['xxbos', 'a', 'zebra', '\n ']), Int32Array.of(2, 9, 0, 10));
  assert.equal(vocab.textify(Int32Array.of(2, 9, 0)), 'xxbos a xxunk');
  assert.equal(vocab.textify([9, 9], '|'), 'a|a');
  assert.throws(() => vocab.textify([11]), UlmfitError);
  assert.throws(() => vocab.textify([-1]), UlmfitError);
});

test('settings that are no counts are refused', () => {
  for (const maxVocab of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => Vocab.create([], { maxVocab }), UlmfitError);
    assert.throws(() => Vocab.create([], { minFreq: maxVocab }), UlmfitError);
  }
});

test('ids and tokens are each other’s inverse, and rarer words never stand before more frequent ones', () => {
  const word = fc.oneof(
    fc.constantFrom(...specialTokens, '__proto__', 'a', 'b'),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(word)), fc.integer({ min: 9, max: 30 }), (texts, maxVocab) => {
      const vocab = Vocab.create(texts, { maxVocab, minFreq: 1 });
      const counts = new Map<string, number>();
      for (const token of texts.flat()) counts.set(token, (counts.get(token) ?? 0) + 1);
      assert.deepEqual(vocab.itos.slice(0, 9), specialTokens);
      // The filler goes up to the next multiple of eight, past maxVocab if need be.
      assert.ok(vocab.itos.filter((token) => token !== 'xxfake').length <= maxVocab);
      const words = vocab.itos.slice(9).filter((token) => token !== 'xxfake');
      assert.deepEqual(
        [...vocab.numericalize(words)],
        words.map((_, index) => index + 9),
      );
      const wordCounts = words.map((token) => counts.get(token) ?? 0);
      assert.deepEqual(
        wordCounts,
        wordCounts.toSorted((a, b) => b - a),
      );
    }),
    { seed: 20240607, numRuns: 300 },
  );
});
