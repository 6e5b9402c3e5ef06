import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const document = readFileSync(join(root, 'docs', 'promises.md'), 'utf8');
const defined = new Set([...document.matchAll(/^\| \*\*(P\d+)\*\* /gmu)].map(([, promise = '']) => promise));

/** Promises that names of tests begin with, or that a job reports as broken. */
function namedByTests(): Map<string, string> {
  const named = new Map<string, string>();
  for (const folder of ['src', 'test', 'webview']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const isTest =
        /\.test\.ts$|\.e2e\.mjs$/u.test(file) || (/^faults\b.*\.ts$/u.test(file) && folder === 'test');
      if (!isTest || file.includes('node_modules')) continue;
      const text = readFileSync(join(root, folder, file), 'utf8');
      for (const [, promise = ''] of text.matchAll(/['"`](P\d+)(?:: |')/gu))
        named.set(promise, join(folder, file));
    }
  }
  return named;
}

test('every promise that a test names is defined', () => {
  const unknown = [...namedByTests()].filter(([promise]) => !defined.has(promise));
  assert.deepEqual(unknown, []);
});

test('every promise that is defined has a test that names it', () => {
  const named = namedByTests();
  assert.deepEqual(
    [...defined].filter((promise) => !named.has(promise)),
    [],
  );
});

test('every command that is to show a promise names tests that exist', () => {
  const files = ['src', 'test', 'webview'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const words = [...document.matchAll(/`npm test -- (\S+)`/gu)].map(([, word = '']) => word);
  const missing = words.filter(
    (word) => !files.some((file) => file.endsWith('.test.ts') && file.replaceAll('\\', '/').includes(word)),
  );
  assert.deepEqual(missing, []);
});
