import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunItem } from '../../protocol/dashboard';
import { runsMeant } from './runArguments';

const run = (id: string, kind: RunItem['kind'], name: string): RunItem => ({
  id,
  kind,
  name,
  status: 'done',
  createdAt: '2024-06-07T15:30:12.000Z',
});
const runs = [run('3', 'classifier', 'x'), run('2', 'encoder', 'x'), run('1', 'encoder', 'x')];

test('a run is meant by its id or its node, once', () => {
  const node = { kind: 'run', name: '2' };
  assert.deepEqual(runsMeant(['1'], runs), ['1']);
  assert.deepEqual(runsMeant([node, [node, { kind: 'run', name: '3' }]], runs), ['2', '3']);
});

test('a model or an encoder means the latest run that made it', () => {
  assert.deepEqual(runsMeant([{ kind: 'model', name: 'x' }], runs), ['3']);
  assert.deepEqual(runsMeant([{ kind: 'encoder', name: 'x' }], runs), ['2']);
  assert.deepEqual(runsMeant([{ kind: 'encoder', name: 'y' }], runs), []);
});

test('anything else means none', () => {
  assert.deepEqual(runsMeant([undefined, null, 3, {}, { kind: 'run' }, { kind: 'run', name: 4 }], runs), []);
});
