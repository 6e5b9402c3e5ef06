import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPostRules, dealCaps, replaceAllCaps } from './postRules';

test('words in capitals and capitalised words are marked and lowered', () => {
  assert.deepEqual(replaceAllCaps(['NASA', 'I', 'Ab', 'A1', '𝐀']), [
    'xxup',
    'nasa',
    'I',
    'Ab',
    'xxup',
    'a1',
    '𝐀',
  ]);
  assert.deepEqual(dealCaps(['Hello', 'I', '', 'McX', '𞤀𞤢', "N't"]), [
    'xxmaj',
    'hello',
    'i',
    'mcx',
    'xxmaj',
    '𞤢𞤢',
    'xxmaj',
    "n't",
  ]);
  assert.deepEqual(applyPostRules(['NASA', 'Is', 'here']), ['xxup', 'nasa', 'xxmaj', 'is', 'here']);
});
