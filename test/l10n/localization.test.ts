import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, shownStrings } from './extractStrings';

const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const bundle = (...path: string[]) => JSON.parse(read(...path)) as Record<string, string>;
const sorted = (values: Iterable<string>) => [...new Set(values)].sort();

/** What a translation must leave as it is: places for values, links to commands, and code. */
const fixed = (text: string) =>
  (text.match(/\{\w+\}|\(command:[\w.]+\)|\$\([\w-]+\)|`[^`]*`/gu) ?? []).sort();

describe('what package.json shows', () => {
  const keys = sorted([...read('package.json').matchAll(/"%([\w.]+)%"/gu)].map(([, key = '']) => key));
  const english = bundle('package.nls.json');

  for (const file of ['package.nls.json', 'package.nls.de.json']) {
    test(`${file} has a text for each key and no other`, () => {
      const texts = bundle(file);
      assert.deepEqual(sorted(Object.keys(texts)), keys);
      for (const [key, text] of Object.entries(texts)) {
        assert.notEqual(text.trim(), '', key);
        assert.deepEqual(fixed(text), fixed(english[key] ?? ''), key);
      }
    });
  }

  test('links lead to commands that there are', () => {
    const { contributes } = JSON.parse(read('package.json')) as {
      contributes: { commands: { command: string }[] };
    };
    const commands = new Set(contributes.commands.map(({ command }) => command));
    for (const [key, text] of Object.entries(english)) {
      for (const [, command = ''] of text.matchAll(/\(command:([\w.]+)\)/gu)) {
        assert.ok(commands.has(command), `${key}: ${command}`);
      }
    }
  });
});

describe('what the code shows', () => {
  const strings = shownStrings();

  test('every string is written out, so that it can be translated', () => {
    assert.deepEqual(
      strings.filter(({ message }) => message === undefined).map(({ place }) => place),
      [],
    );
  });

  test('the bundle has the strings of the code and no other (written by test/l10n/writeBundle.ts)', () => {
    assert.deepEqual(
      sorted(Object.keys(bundle('l10n', 'bundle.l10n.json'))),
      sorted(strings.map(({ key }) => key)),
    );
  });

  test('each has a German text with the same places for values', () => {
    const english = bundle('l10n', 'bundle.l10n.json');
    const german = bundle('l10n', 'bundle.l10n.de.json');
    assert.deepEqual(sorted(Object.keys(german)), sorted(Object.keys(english)));
    for (const [key, text] of Object.entries(german)) {
      assert.notEqual(text.trim(), '', key);
      assert.deepEqual(fixed(text), fixed(english[key] ?? ''), key);
    }
  });
});
