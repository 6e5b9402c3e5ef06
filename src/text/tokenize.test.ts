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
// runs that grow a stack. Quadratic behaviour would take minutes here, not a second.
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
  test(`a million characters of ${JSON.stringify(unit)} take linear time`, () => {
    const time = (length: number): number => {
      const text = unit.repeat(Math.ceil(length / unit.length));
      const start = performance.now();
      assert.ok(tokenize(text).length > 0);
      // The rules shorten repetitions, so the splitter alone gets the text as well.
      assert.ok(splitEnglish(text).length > 0);
      return performance.now() - start;
    };
    time(100_000);
    const short = time(100_000);
    // Ten times the text: 10 times the time if linear, 100 times if quadratic.
    assert.ok(time(1_000_000) < 40 * Math.max(short, 20));
  });
}

test('five million characters without a space overflow no stack', () => {
  for (const unit of ['a.', 'x@y.', 'a-', '.,', '#']) {
    const text = unit.repeat(5_000_000 / unit.length);
    assert.equal(splitEnglish(text).join('').length, text.length);
    assert.ok(tokenize(text).length > 0);
  }
});
