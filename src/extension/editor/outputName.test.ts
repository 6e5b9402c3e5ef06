import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifiedName } from './outputName';

test('the answers stand beside the file, with its kind', () => {
  assert.equal(classifiedName('mails.csv'), 'mails.classified.csv');
  assert.equal(classifiedName('a.b.JSONL'), 'a.b.classified.JSONL');
});

test('lines of text become a table', () => {
  assert.equal(classifiedName('notes.txt'), 'notes.classified.csv');
  assert.equal(classifiedName('README'), 'README.classified.csv');
});

test('further names are counted', () => {
  assert.equal(classifiedName('mails.tsv', 2), 'mails.classified-2.tsv');
});
