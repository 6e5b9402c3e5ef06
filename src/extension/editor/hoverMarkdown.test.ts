import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Language } from '../explorer/language';
import { escapedMarkdown } from '../explorer/plainText';
import { hoverMarkdown } from './hoverMarkdown';

const english: Language = {
  locale: 'en',
  l10n: {
    t: (message, ...values) => message.replace(/\{(\d)\}/gu, (_, index) => String(values[Number(index)])),
  },
};

test('nothing in a text means anything to Markdown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      assert.match(escapedMarkdown(text), /^(?:[\p{L}\p{N}\p{M} ]|&#\d+;)*$/u);
    }),
    { seed: 20240607, numRuns: 500 },
  );
  assert.equal(escapedMarkdown('a|b'), 'a&#124;b');
  assert.equal(escapedMarkdown('<img>'), '&#60;img&#62;');
});

test('a label cannot leave its cell', () => {
  const hostile = '|x|\n\n[a](command:b) <script> **c** \u202e https://d.e';
  const markdown = hoverMarkdown(
    { label: hostile, probability: 1, probabilities: [{ label: hostile, probability: 1 }], model: '`m`' },
    [],
    english,
  );
  const row = markdown.split('\n').at(-1) ?? '';
  assert.equal(row.split('|').length, 4);
  for (const part of ['[', '<', '`', 'https:', '\u202e']) assert.ok(!markdown.includes(part), part);
});

test('the table has the classes in order, the label in bold, and says how many are not shown', () => {
  const probabilities = Array.from({ length: 25 }, (_, i) => ({
    label: `class ${i}`,
    probability: i ? 0.01 : 0.76,
  }));
  const markdown = hoverMarkdown(
    { label: 'class 0', probability: 0.76, probabilities, model: 'mail' },
    [['free', 1]],
    english,
  );
  const lines = markdown.split('\n');
  assert.equal(lines[0], 'Classified by mail');
  assert.equal(lines[4], '| **class 0** | 76&#46;0&#37; |');
  assert.equal(lines[5], '| class 1 | 1&#46;0&#37; |');
  assert.ok(lines.includes('and 5 more classes'));
  assert.equal(lines.at(-1), 'Words that spoke for it&#58; **free** 100&#37;');
});
