import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSpace } from './pythonUnicode';
import { splitEnglish } from './splitEnglish';

const split = (text: string): string => splitEnglish(text).join('|');

test('punctuation, contractions, abbreviations and units are split as in spaCy', () => {
  assert.equal(split(`"Don't", she said (twice).`), `"|Do|n't|"|,|she|said|(|twice|)|.`);
  assert.equal(
    split("We're in the U.S. at 5p.m., i.e. we'd've left"),
    "We|'re|in|the|U.S.|at|5|p.m.|,|i.e.|we|'d|'ve|left",
  );
  assert.equal(split('It weighs 10kg, costs $5.50 or 20€'), 'It|weighs|10|kg|,|costs|$|5.50|or|20|€');
  assert.equal(
    split('well-known 3-4 e-mail a/b x=y end.Start wait...what'),
    'well|-|known|3|-|4|e|-|mail|a|/|b|x|=|y|end|.|Start|wait|...|what',
  );
});

test('addresses, smileys and special tokens stay whole', () => {
  assert.equal(
    split('see http://a.com/x?y=1, :-) xxbos (xxmaj)'),
    'see|http://a.com/x?y=1|,|:-)|xxbos|(|xxmaj|)',
  );
});

test('one space after a word is swallowed, other white space is a token', () => {
  assert.deepEqual(splitEnglish(' a  b \n c\u00a0d '), [' ', 'a', ' ', 'b', '\n ', 'c', '\u00a0', 'd']);
  assert.deepEqual(splitEnglish(''), []);
  assert.deepEqual(splitEnglish(' '), [' ']);
});

test('the tokens with the swallowed spaces are the text again', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom(
      ' ',
      '  ',
      '\n',
      "don't",
      '...',
      'http://a.b',
      '(',
      ').',
      "'s",
      '10km',
      '°C.',
      '-',
      ':)',
      'U.S.',
    ),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = parts.join('');
      let at = 0;
      for (const token of splitEnglish(text)) {
        assert.notEqual(token, '');
        if (!text.startsWith(token, at)) {
          assert.equal(text.charAt(at), ' ');
          at++;
        }
        assert.ok(text.startsWith(token, at), JSON.stringify([text, token, at]));
        const spaces = Array.from({ length: token.length }, (_, i) => isSpace(token.charCodeAt(i)));
        assert.equal(new Set(spaces).size, 1, `white space inside of ${JSON.stringify(token)}`);
        at += token.length;
      }
      assert.ok(at === text.length || text.slice(at) === ' ');
    }),
    { seed: 20240607, numRuns: 2000 },
  );
});

test('a span gives the same tokens whether it was seen before or not', () => {
  const text = "the (cat's) mat. the (cat's) mat. (the) cat's";
  const once = splitEnglish(text);
  assert.deepEqual(splitEnglish(text), once);
});
