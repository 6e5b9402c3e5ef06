import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLower, isUpper, toLower, toUpper } from './pythonCase';

test('upper and lower case are asked of the cased characters alone', () => {
  assert.deepEqual(['A1-', 'Ab', '12', '', 'É', 'ǅ', 'AǅB', 'ⅷ', 'Ⓐ', '日本'].map(isUpper), [
    true,
    false,
    false,
    false,
    true,
    false,
    false,
    false,
    true,
    false,
  ]);
  assert.deepEqual(['a1-', 'aB', '12', '', 'é', 'ǆ', 'aǅ', 'ª', 'ß', '日本'].map(isLower), [
    true,
    false,
    false,
    false,
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
});

test('lower case follows the rules for whole words: final sigma, dotted I', () => {
  assert.equal(toLower('ΟΔΟΣ ΣΑΣ Σ'), 'οδος σας σ');
  assert.equal(toLower('İSTANBUL'), 'i\u0307stanbul');
  assert.equal(toUpper('straße'), 'STRASSE');
});

test('letters younger than Unicode 11 have no case, whatever the engine knows', () => {
  // U+10570 (Vithkuqi, Unicode 14) and U+A7C0 (Unicode 14).
  for (const letter of ['\u{10570}', '\ua7c0']) {
    assert.equal(isUpper(letter), false);
    assert.equal(toLower(`A${letter}B`), `a${letter}b`);
  }
  // Changed sides after Unicode 11.
  assert.deepEqual(['\u0295', '\u10fc'].map(isLower), [true, false]);
  assert.equal(toUpper('\u019b'), '\u019b');
  // U+1E900 (Adlam, Unicode 9) has.
  assert.equal(toLower('\u{1e900}'), '\u{1e922}');
});
