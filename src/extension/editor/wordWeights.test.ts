import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heaviestWords, wordWeights } from './wordWeights';

const text = 'FREE money, free beer!';
const tokens = ['xxbos', 'xxup', 'free', 'money', ',', 'free', 'beer', '!'];
const weights = [0.9, 1, 0.2, 0.6, 0.7, 0.3, null, 0.1];

test('a word weighs as much as its heaviest marker, and the start of the text is no marker of a word', () => {
  assert.deepEqual(
    wordWeights(text, tokens, weights).map(({ span, weight }) => [text.slice(span.start, span.end), weight]),
    [
      ['FREE', 1],
      ['money', 0.6],
      [',', 0.7],
      ['free', 0.3],
      ['beer', 0],
      ['!', 0.1],
    ],
  );
});

test('the heaviest words come first, once each, without punctuation and without what weighs nothing', () => {
  const words = wordWeights(text, tokens, weights);
  assert.deepEqual(heaviestWords(text, words, 5), [
    ['FREE', 1],
    ['money', 0.6],
  ]);
  assert.deepEqual(heaviestWords(text, words, 1), [['FREE', 1]]);
});
