import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../../test/golden/goldenFile';
import { splitEnglish } from './splitEnglish';
import { tokenize, tokenizeFields } from './tokenize';

test('a text gives the tokens that fastai gives', () => {
  for (const vector of golden.tokenize) assert.deepEqual(tokenize(vector.in), vector.out);
});

test('a row gives the tokens of its columns after the mark of a start', () => {
  assert.deepEqual(tokenizeFields(['Hello', 'World']), ['xxbos', 'xxmaj', 'hello', 'xxmaj', 'world']);
  assert.deepEqual(tokenizeFields(['a', 'b'], { markFields: true }).join(' '), 'xxbos xxfld 1 a xxfld 2 b');
});

// Each of these drives some part into its worst case: expressions that backtrack, ends that are split off one by one,
// runs that grow a stack. Quadratic behaviour would take minutes here, not a fraction of a second.
const hard = [
  'a',
  'ab',
  'a.',
  'a@',
  ':a',
  '-a',
  '()',
  '..a',
  "'s",
  '&amp;',
  '&',
  '\\',
  'ha ha ',
  '1,2,',
  '😀',
  '😀😁',
];
hard.push(
  'http://a',
  'a.b@',
  ' ',
  '\n',
  ' \n',
  '1.2.3.4:',
  '_',
  '…',
  '9km',
  'A.',
  'US$',
  'xxrep ',
  '\u0301',
  'Σ',
);

for (const unit of hard) {
  test(`300,000 characters of ${JSON.stringify(unit)} take no longer than any others`, () => {
    const text = unit.repeat(300_000 / unit.length);
    const start = performance.now();
    assert.ok(tokenize(text).length > 0);
    // The rules shorten repetitions, so the splitter alone gets the text as well.
    assert.ok(splitEnglish(text).length > 0);
    assert.ok(performance.now() - start < 10_000);
  });
}

test('five million characters without a space overflow no stack', () => {
  for (const unit of ['a', 'a.', 'x@y.']) {
    const text = unit.repeat(5_000_000 / unit.length);
    assert.equal(splitEnglish(text).join('').length, text.length);
    assert.ok(tokenize(text).length > 0);
  }
});
