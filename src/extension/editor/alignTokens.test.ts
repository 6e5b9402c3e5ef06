import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { tokenizeFields } from '../../text/tokenize';
import { alignTokens } from './alignTokens';

/** Each token that was found, with the part of the source that it was found in. */
function found(source: string, tokens: readonly string[] = tokenizeFields([source])): [string, string][] {
  return alignTokens(source, tokens).flatMap((span, i) =>
    span ? [[tokens[i] ?? '', source.slice(span.start, span.end)] as [string, string]] : [],
  );
}

test('words are found as they are written', () => {
  assert.deepEqual(found("Hello  WORLD, it's  fine."), [
    ['hello', 'Hello'],
    ['world', 'WORLD'],
    [',', ','],
    ['it', 'it'],
    ["'s", "'s"],
    ['fine', 'fine'],
    ['.', '.'],
  ]);
});

test('markers and white space have no range', () => {
  const tokens = ['xxbos', 'xxmaj', 'one', '\n ', 'xxup', 'two'];
  assert.deepEqual(
    alignTokens('One\nTWO', tokens).map((span) => span && [span.start, span.end]),
    [undefined, undefined, [0, 3], undefined, undefined, [4, 7]],
  );
});

test('repeated characters and words have the range of all of them', () => {
  assert.deepEqual(found('No!!!!! really'), [
    ['no', 'No'],
    ['!', '!!!!!'],
    ['really', 'really'],
  ]);
  assert.deepEqual(found('so no no no no no way'), [
    ['so', 'so'],
    ['no', 'no no no no no'],
    ['way', 'way'],
  ]);
  assert.deepEqual(found('wow 😀😀😀😀 yes').at(1), ['😀', '😀😀😀😀']);
});

test('left-over HTML does not lose the words behind it', () => {
  const words = found('R &amp; D is a <br />new &lt;b&gt; idea &quot;that&quot; works').map(
    ([, source]) => source,
  );
  for (const word of ['D', 'a', 'new', 'b', 'idea', 'that', 'works']) assert.ok(words.includes(word), word);
});

test('letters whose lower case is longer than they are keep the right range', () => {
  assert.deepEqual(found('İstanbul ΟΔΟΣ here'), [
    ['i̇stanbul', 'İstanbul'],
    ['οδος', 'ΟΔΟΣ'],
    ['here', 'here'],
  ]);
});

test('a token that is not in the text does not lose the others', () => {
  assert.deepEqual(found('one two three', ['xxbos', 'one', 'missing', 'two', 'three']), [
    ['one', 'one'],
    ['two', 'two'],
    ['three', 'three'],
  ]);
});

test('after something unknown a word is looked for where the next one follows it', () => {
  assert.deepEqual(alignTokens('start q a zz b a c end', ['xxbos', 'start', 'a', 'c', 'end'])[2], {
    start: 15,
    end: 16,
  });
});

test('the last tokens of a long text are found at its end', () => {
  const source = Array.from({ length: 400 }, (_, i) => `the cat ${i} sat`).join(' ');
  const tokens = tokenizeFields([source]);
  const last = tokens.slice(-70);
  const spans = alignTokens(source, last);
  assert.deepEqual(spans, alignTokens(source, tokens).slice(-70));
});

test('most words of any text are found, in order, and never overlap', () => {
  const texts = fc.array(
    fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('Hello', '!!!!!', 'no no no no', '&amp;', '\n', 'ÄÖ', 'x_y'),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const source = parts.join(' ');
      let end = 0;
      for (const span of alignTokens(source, tokenizeFields([source]))) {
        if (!span) continue;
        assert.ok(span.start >= end && span.end > span.start && span.end <= source.length);
        end = span.end;
      }
    }),
    { seed: 20240607, numRuns: 300 },
  );
});

test('aligning a long text takes little time', () => {
  const source = 'Some words, and &amp; more of them!!!! '.repeat(2000);
  const tokens = tokenizeFields([source]);
  const start = performance.now();
  const spans = alignTokens(source, tokens);
  assert.ok(performance.now() - start < 2000);
  assert.ok(spans.filter(Boolean).length > 0.6 * tokens.length);
});
