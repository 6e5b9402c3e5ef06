import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixHtml, replaceRep, replaceWrep, rmUselessSpaces, specAddSpaces } from '../../src/text/preRules';
import { splitEnglish } from '../../src/text/splitEnglish';
import { tokenize } from '../../src/text/tokenize';

/** See tokensHard.py: null where a rule changes nothing. */
type Row = readonly [
  text: string,
  fixHtml: string | null,
  replaceRep: string | null,
  replaceWrep: string | null,
  specAddSpaces: string | null,
  rmUselessSpaces: string | null,
  split: readonly string[],
  tokens: readonly string[],
];

const file = process.env['HARD_TOKENS'] ?? join(__dirname, 'tokensHard.json');
const rows = JSON.parse(readFileSync(file, 'utf8')) as Row[];

const rules: readonly [name: string, rule: (text: string) => unknown, expected: (row: Row) => unknown][] = [
  ['fixHtml', fixHtml, (row) => row[1] ?? row[0]],
  ['replaceRep', replaceRep, (row) => row[2] ?? row[0]],
  ['replaceWrep', replaceWrep, (row) => row[3] ?? row[0]],
  ['specAddSpaces', specAddSpaces, (row) => row[4] ?? row[0]],
  ['rmUselessSpaces', rmUselessSpaces, (row) => row[5] ?? row[0]],
  ['splitEnglish', splitEnglish, (row) => row[6]],
  ['tokenize', tokenize, (row) => row[7]],
];

for (const [name, rule, expected] of rules) {
  test(`${name} does with ${rows.length} hard texts exactly what fastai and spaCy do`, () => {
    assert.ok(rows.length > 0);
    for (const row of rows) {
      assert.deepEqual(rule(row[0]), expected(row), JSON.stringify(row[0]));
    }
  });
}
