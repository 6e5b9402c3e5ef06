import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSpace, isWordCharacter, spaceClass } from './pythonUnicode';

test('white space is what Python takes for it, which is not what JavaScript takes for it', () => {
  const expression = new RegExp(`[${spaceClass}]`, 'u');
  const spaces: number[] = [];
  for (let unit = 0; unit < 0x10000; unit++) {
    assert.equal(isSpace(unit), expression.test(String.fromCharCode(unit)));
    if (isSpace(unit)) spaces.push(unit);
  }
  assert.equal(spaces.length, 29);
  for (const unit of [0x1c, 0x1f, 0x85, 0xa0, 0x2028, 0x3000]) assert.ok(isSpace(unit));
  for (const unit of [0xfeff, 0x200b, 0x180e]) assert.ok(!isSpace(unit));
});

test('word characters are letters, numbers and the underscore of Unicode 11', () => {
  for (const character of ['a', 'Z', '0', '_', 'é', '日', '½', '²', '٣', '𝒜']) {
    assert.ok(isWordCharacter(character.codePointAt(0) ?? 0), character);
  }
  // The last is a letter of Unicode 14.
  for (const character of ['-', ' ', '\u0301', '😀', '€', '\u{10570}']) {
    assert.ok(!isWordCharacter(character.codePointAt(0) ?? 0), character);
  }
});
