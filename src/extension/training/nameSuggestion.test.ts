import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkedName, sameIgnoringCase } from '../../store/names';
import { nameProblem, suggestedName, takenName } from './nameSuggestion';

test('a name is proposed from the file, the first of several', () => {
  assert.equal(suggestedName([join('data', 'tickets 2024.csv'), 'other.csv'], []), 'tickets-2024');
  assert.equal(suggestedName([join('data', 'reviews')], [], '-classifier'), 'reviews-classifier');
  assert.equal(suggestedName(['Größe.jsonl'], []), 'Größe');
});

test('a name that is taken, in whatever case, gets a number', () => {
  assert.equal(suggestedName(['mail.csv'], ['Mail']), 'mail-2');
  assert.equal(suggestedName(['mail.csv'], ['mail', 'mail-2', 'mail-3']), 'mail-4');
  assert.equal(suggestedName(['mail.csv'], ['mail'], '-classifier'), 'mail-classifier');
});

test('where the file has no name to offer there still is one', () => {
  for (const file of ['', '.csv', '???.csv', 'con.csv', '..', '-.txt']) {
    assert.doesNotThrow(() => checkedName(suggestedName([file], [])), file);
  }
  assert.equal(suggestedName([], []), 'texts');
});

test('every proposal is a name that the store takes and does not have', () => {
  const taken = fc.array(fc.constantFrom('a', 'A', 'texts', 'a-2', 'texts-2'), { maxLength: 4 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), taken, (file, names) => {
      const name = suggestedName([file], names, '-classifier');
      assert.equal(checkedName(name), name);
      assert.ok(!names.some((other) => sameIgnoringCase(other, name)));
    }),
    { seed: 20240607, numRuns: 500 },
  );
});

test('what cannot be a name is told why', () => {
  assert.equal(nameProblem('tickets'), undefined);
  assert.match(nameProblem('a/b') ?? '', /cannot be a name/);
  assert.match(nameProblem('') ?? '', /empty/);
});

test('a name that differs in case alone is taken', () => {
  assert.equal(takenName('MAIL', ['mail']), 'mail');
  assert.equal(takenName('mails', ['mail']), undefined);
});
