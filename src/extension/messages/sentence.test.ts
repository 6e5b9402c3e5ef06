import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sentence, withoutLinks } from './sentence';

/** How VS Code finds links in notifications and below input boxes (`linkedText.ts`). */
const vscodeLink = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/giu;

/** The addresses of the links that VS Code would draw, after it has joined the lines. */
function linksIn(text: string): string[] {
  const oneLine = text.replace(/\r\n|\n|\r/gmu, ' ').trim();
  return Array.from(oneLine.matchAll(vscodeLink), ([, , address = '']) => address);
}

const hostile = [
  '[click here](command:workbench.action.toggleZenMode)',
  '[a](command:x "title")',
  "[a](COMMAND:x 'title')",
  '[[a]](command:x)',
  '[a]\n(command:x)',
  '[a](\ncommand:x)',
  '[a\nb](file:///etc/passwd)',
  '[ü\u202e](https://example.org/)',
  '[a]\u200b(command:x)',
  '[](command:x)[b](command:y)',
  '](command:x)',
  '[a]',
  '(command:x)',
  '{1}',
  '$(zap)',
];

for (const value of hostile) {
  test(`P14: ${JSON.stringify(value)} is no link in a message`, () => {
    assert.deepEqual(linksIn(sentence('Training “{0}” was interrupted.', [value])), []);
    assert.deepEqual(linksIn(sentence('{0}', [value])), []);
    assert.deepEqual(linksIn(withoutLinks(value)), []);
  });
}

test('P14: values beside each other make no link together', () => {
  assert.deepEqual(linksIn(sentence('{0}{1}', ['[a]', '(command:x)'])), []);
  assert.deepEqual(linksIn(sentence('[{0}]({1})', ['a', 'command:x'])), []);
  assert.deepEqual(linksIn(sentence('[{0}](command:{1})', ['a', 'x'])), []);
});

test('P14: whatever the values are, only the template’s own links are links', () => {
  const templates: [string, string[]][] = [
    ['{0}', []],
    ['“{0}” is trained: {1}', []],
    ['{0}{1}{0}', []],
    ['[{0}]({1})', []],
    ['[{0}](command:{1})', []],
    ['{0} [log](command:ulmfit.showLog){1}', ['command:ulmfit.showLog']],
    ['{0}[a](https://example.org/b) and [c](file:///d){1}', ['https://example.org/b', 'file:///d']],
  ];
  const piece = fc.constantFrom(
    ...[
      '[',
      ']',
      '(',
      ')',
      '](',
      'command:',
      'https://',
      'FILE:',
      'x',
      ' ',
      '"',
      "'",
      '\n',
      '\r',
      '{0}',
      '{1}',
    ],
    ...['\\', '`', '<', '\u202e', '\u200b', '$(zap)', '語'],
  );
  const value = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.constantFrom(...templates), value, value, ([template, own], first, second) => {
      assert.deepEqual(linksIn(sentence(template, [first, second])), own);
    }),
    { seed: 20240607, numRuns: 5000 },
  );
});

test('values stay what they are where they are no links', () => {
  assert.equal(sentence('{0} of {1}', ['mail [b] (c)', 3]), 'mail [b] (c) of 3');
  assert.equal(sentence('{0} and {2}', ['a', 'b']), 'a and {2}');
});

test('a value with a place in it is not filled again', () => {
  assert.equal(sentence('{0}, {1}', ['{1}', 'x']), '{1}, x');
});

test('what cannot be seen in a value is written as its number, and a megabyte is cut', () => {
  assert.equal(sentence('“{0}”', ['a\u202eb']), '“a⟨U+202E⟩b”');
  assert.equal(sentence('{0}', ['x'.repeat(1_000_000)]).length, 1000);
});
