import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestParagraph, paragraphAt } from './paragraph';

const of = (texts: readonly string[]) => ({
  lineCount: texts.length,
  line: (index: number) => texts[index] ?? '',
});

test('a paragraph reaches from empty line to empty line', () => {
  const lines = of(['a', '', 'b', 'c', ' \t', 'd']);
  assert.deepEqual(paragraphAt(lines, 3), { first: 2, last: 3 });
  assert.deepEqual(paragraphAt(lines, 0), { first: 0, last: 0 });
  assert.deepEqual(paragraphAt(lines, 5), { first: 5, last: 5 });
});

test('an empty line belongs to no paragraph', () => {
  assert.equal(paragraphAt(of(['a', '', 'b']), 1), undefined);
  assert.equal(paragraphAt(of([]), 0), undefined);
});

test('of very many lines in one piece only the line is meant', () => {
  const whole = of(Array.from({ length: longestParagraph }, () => 'x'));
  assert.deepEqual(paragraphAt(whole, 7), { first: 0, last: longestParagraph - 1 });
  const log = of(Array.from({ length: longestParagraph + 1 }, () => 'x'));
  assert.deepEqual(paragraphAt(log, 7), { first: 7, last: 7 });
});
