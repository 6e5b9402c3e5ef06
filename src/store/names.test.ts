import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { checkedName, editDistance, nearestName, notFound } from './names';

describe('names', () => {
  for (const name of [
    'imdb',
    'tickets-2024',
    'Fine enc_1.2',
    'Anfragen über Züge',
    '問い合わせ',
    'console',
    'COM10',
  ]) {
    test(`"${name}" is a name`, () => {
      assert.equal(checkedName(name), name);
    });
  }
  const refused: [string, string][] = [
    ['empty', ''],
    ['a path', 'a/b'],
    ['a Windows path', 'a\\b'],
    ['a drive', 'c:enc'],
    ['the parent folder', '..'],
    ['a hidden file', '.enc'],
    ['a trailing dot, which Windows drops', 'enc.'],
    ['a trailing space', 'enc '],
    ['a device of Windows', 'NUL'],
    ['a device with an extension', 'com1.txt'],
    ['a NUL character', 'a\0b'],
    ['a line end', 'a\nb'],
    ['a mark that turns the writing direction', 'enc\u202egpj'],
    ['a space of no width', 'en\u200bc'],
    ['an unpaired surrogate', 'a\ud800'],
    ['a wildcard', 'en*'],
    ['too many characters', 'x'.repeat(65)],
    ['too many bytes', '語'.repeat(64) + '.' + '語'.repeat(10)],
  ];
  for (const [what, name] of refused) {
    test(`${what} is refused`, () => {
      assert.throws(
        () => checkedName(name),
        (error) => error instanceof UlmfitError && error.code === 'bad-setting',
      );
    });
  }

  test('composed and decomposed letters are one name', () => {
    assert.equal(checkedName('Zu\u0308ge'), 'Z\u00fcge');
  });

  test('any string is a folder name of one level or is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        try {
          const name = checkedName(text);
          assert.ok(!/[/\\\p{Cc}]/u.test(name) && !name.startsWith('.') && Buffer.byteLength(name) <= 200);
        } catch (error) {
          assert.ok(error instanceof UlmfitError);
        }
      }),
      { seed: 20240607, numRuns: 2000 },
    );
  });
});

test('the edit distance counts insertions, deletions and substitutions', () => {
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('same', 'same'), 0);
});

test('a name that does not exist is answered with those that do and the nearest', () => {
  assert.equal(nearestName('ticets', ['reviews', 'Tickets']), 'Tickets');
  assert.equal(nearestName('zzzzzz', ['reviews', 'tickets']), undefined);
  const error = notFound('encoder', 'ticets', ['reviews', 'tickets']);
  assert.equal(error.message, 'There is no encoder named "ticets".');
  assert.equal(error.remedy, 'Did you mean "tickets"? The store has: "reviews", "tickets".');
  assert.match(notFound('model', 'x', []).remedy, /has no model yet/);
});
