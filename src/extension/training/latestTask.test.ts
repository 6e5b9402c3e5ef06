import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunFile } from '../../store/runs';
import { latestTask } from './latestTask';

function run(kind: RunFile['kind'], name: string, options: Record<string, unknown>): RunFile {
  return { formatVersion: 1, id: name, kind, name, createdAt: '2024-06-07T00:00:00Z', options };
}
const encoder = run('encoder', 'mail', { name: 'mail', data: ['a.csv'], epochs: 2 });
const classifier = run('classifier', 'spam', { name: 'spam', encoder: 'mail', data: ['a.csv'] });

test('the latest run is the task, a classifier with the language model it stands on', () => {
  assert.equal(latestTask([]), undefined);
  assert.deepEqual(Object.keys(latestTask([encoder, classifier]) ?? {}), ['languageModel']);
  const both = latestTask([classifier, run('encoder', 'other', { name: 'other', data: ['b'] }), encoder]);
  assert.equal(both?.languageModel?.name, 'mail');
  assert.equal(both.languageModel.epochs, 2);
  assert.equal(both.classifier?.name, 'spam');
});

test('an encoder that was not trained here is only named', () => {
  assert.deepEqual(Object.keys(latestTask([classifier]) ?? {}), ['classifier']);
});

test('a run whose settings cannot be read is passed over', () => {
  const broken = run('encoder', 'x', { name: 'x', data: [] });
  assert.equal(latestTask([broken]), undefined);
  assert.equal(latestTask([broken, encoder])?.languageModel?.name, 'mail');
  assert.deepEqual(Object.keys(latestTask([classifier, run('encoder', 'mail', {})]) ?? {}), ['classifier']);
});
