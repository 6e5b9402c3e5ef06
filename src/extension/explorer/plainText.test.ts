import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { visibleText, withoutIcons } from './plainText';

test('what cannot be seen is written as its number', () => {
  assert.equal(visibleText('mail\u202Egnp.exe'), 'mail⟨U+202E⟩gnp.exe');
  assert.equal(visibleText('a\u0000b\u200Bc'), 'a⟨U+0000⟩b⟨U+200B⟩c');
});

test('lines become one line', () => {
  assert.equal(visibleText('two\r\nlines\tand a tab'), 'two lines and a tab');
});

test('a megabyte is cut without being looked at whole', () => {
  assert.equal(visibleText('x'.repeat(1_000_000), 10), 'xxxxxxxxx…');
});

test('a text of just the length stays', () => {
  assert.equal(visibleText('x'.repeat(10), 10), 'x'.repeat(10));
});

test('nothing that turns the writing direction, and no more than the length, ever comes out', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (text, length) => {
        const shown = visibleText(text, length);
        assert.ok(Array.from(shown).length <= length);
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      },
    ),
    { seed: 20240607, numRuns: 500 },
  );
});

test('a name that looks like an icon stays text', () => {
  assert.equal(withoutIcons('$(alert) and $(sync~spin)'), '\\$(alert) and \\$(sync~spin)');
  assert.equal(withoutIcons('costs $(5,00)'), 'costs $(5,00)');
});
