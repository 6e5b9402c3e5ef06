import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../../test/golden/goldenFile';
import { decodeSpecialTokens } from './decodeSpecialTokens';

test('tokens become words as in fastai, except that a repetition ends after one word', () => {
  // fastai repeats every token up to the next marker; these are its inputs with the answer we give instead.
  const endsAfterOneWord = new Map([
    ['xxrep 3 ! a b', ['!!!', 'a', 'b']],
    ['xxwrep 2 ha c xxmaj d e', ['ha', 'ha', 'c', 'D', 'e']],
  ]);
  let different = 0;
  for (const vector of golden.decode_spec_tokens) {
    const ours = endsAfterOneWord.get(vector.in.join(' '));
    if (ours !== undefined) different++;
    assert.deepEqual(decodeSpecialTokens(vector.in), ours ?? vector.out);
  }
  assert.equal(different, endsAfterOneWord.size);
});

test('markers without what should follow leave nothing behind', () => {
  assert.deepEqual(decodeSpecialTokens(['a', 'xxmaj']), ['a']);
  assert.deepEqual(decodeSpecialTokens(['xxrep', '3']), []);
  assert.deepEqual(decodeSpecialTokens(['xxrep', 'b', 'a']), ['a']);
  assert.deepEqual(decodeSpecialTokens(['xxrep', '3', 'xxup', 'a', 'b']), ['A', 'b']);
  assert.deepEqual(decodeSpecialTokens(['xxwrep', '0', 'a', 'b']), ['b']);
  assert.deepEqual(decodeSpecialTokens(['xxrep', '-2', 'a', 'b']), ['', 'b']);
  assert.deepEqual(decodeSpecialTokens(['xxmaj', '']), ['']);
});

test('a count that no text ever had does not fill the memory', () => {
  assert.equal(decodeSpecialTokens(['xxrep', '999999999999', 'a']).join('').length, 10_000);
});
