import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyPostRules } from '../../src/text/postRules';
import { splitEnglish } from '../../src/text/splitEnglish';

/** See tokensEveryCharacter.py. */
interface Reference {
  readonly leftOut: number;
  readonly forms: readonly string[];
  /** Number of a block of 4,096 code points → hash. */
  readonly hashes: Readonly<Record<string, string>>;
}

const { leftOut, forms, hashes } = JSON.parse(
  readFileSync(join(__dirname, 'tokensEveryCharacter.json'), 'utf8'),
) as Reference;

test('every character is split and lowered as in Python, whatever Unicode version this engine knows', () => {
  const different: string[] = [];
  assert.ok(Object.keys(hashes).length > 0);
  for (const [block, expected] of Object.entries(hashes)) {
    const results: string[][] = [];
    const start = Number(block) * 0x1000;
    for (let code = start; code < start + 0x1000; code++) {
      if (code === leftOut) continue;
      const character = String.fromCodePoint(code);
      for (const form of forms) {
        results.push(applyPostRules(splitEnglish(form.replaceAll('{}', () => character))));
      }
    }
    const hash = createHash('sha256').update(JSON.stringify(results)).digest('hex').slice(0, 16);
    if (hash !== expected) different.push(start.toString(16));
  }
  assert.deepEqual(different, []);
});
