import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type * as v from 'valibot';
import { trainClassifierOptions } from '../../src/options/classifier';
import { trainEncoderOptions } from '../../src/options/languageModel';
import { settingFacts } from '../../src/options/setting';
import { taskJsonSchema, taskSchemaFile } from './taskSchema';

describe('the table of settings', () => {
  test('every setting has a sentence', () => {
    const tables: readonly Readonly<Record<string, v.GenericSchema>>[] = [
      trainEncoderOptions.entries,
      trainClassifierOptions.entries,
    ];
    for (const [key, schema] of tables.flatMap((table) => Object.entries(table))) {
      assert.match(settingFacts(schema).text, /\.$/u, key);
    }
  });

  test('the JSON schema of ulmfit.json is made from it (node --import tsx test/options/writeTaskSchema.ts)', () => {
    assert.equal(readFileSync(taskSchemaFile, 'utf8').replaceAll('\r\n', '\n'), taskJsonSchema());
  });
});
