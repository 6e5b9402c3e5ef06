import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncoderManifest, ModelManifest } from './manifest';
import type { RunSummary } from './runs';
import { runsThatMade } from './runsThatMade';

const createdAt = '2024-06-07T12:00:00.000Z';
const config = { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 };
const common = { formatVersion: 1, createdAt, config, metrics: {}, files: {} } as const;

function encoder(name: string, run?: string) {
  const manifest: EncoderManifest = { ...common, kind: 'encoder', lineage: run === undefined ? {} : { run } };
  return { name, folder: name, manifest };
}

function model(name: string, run?: string, members: readonly string[] = []) {
  const manifest: ModelManifest = {
    ...common,
    kind: 'model',
    classes: ['a'],
    lineage: run === undefined ? {} : { run },
    ...(members.length === 0
      ? {}
      : {
          members: members.map((id) => ({
            ...{ name: id, config, metrics: {}, tensors: 't', vocab: 'v' },
            lineage: { run: id },
          })),
        }),
  };
  return { name, folder: name, manifest };
}

function run(id: string, kind: 'encoder' | 'classifier', name: string): RunSummary {
  return {
    id,
    folder: id,
    status: 'done',
    run: { formatVersion: 1, id, kind, name, createdAt, options: {} },
  };
}

const ids = (runs: readonly RunSummary[]) => runs.map(({ id }) => id);

test('P23: the runs of an encoder are the one that saved it and all of its kind and name', () => {
  const runs = [
    run('r3', 'encoder', 'before'),
    run('r2', 'classifier', 'mail'),
    run('r1', 'encoder', 'mail'),
    run('r0', 'encoder', 'other'),
  ];
  const store = { encoders: [encoder('mail', 'r3')], models: [], runs };
  assert.deepEqual(ids(runsThatMade({ kind: 'encoder', name: 'mail' }, store)), ['r3', 'r1']);
});

test('P23: a run whose model has another name now is that one’s', () => {
  const runs = [run('r2', 'classifier', 'mail'), run('r1', 'classifier', 'mail')];
  const store = { encoders: [], models: [model('mail', 'r2'), model('mail-2023', 'r1')], runs };
  assert.deepEqual(ids(runsThatMade({ kind: 'model', name: 'mail' }, store)), ['r2']);
  assert.deepEqual(ids(runsThatMade({ kind: 'model', name: 'mail-2023' }, store)), ['r1']);
});

test('P23: an ensemble takes the runs of its members along, unless these are still in the store', () => {
  const runs = [run('r2', 'classifier', 'b'), run('r1', 'classifier', 'a')];
  const both = model('both', undefined, ['r1', 'r2']);
  const store = { encoders: [], models: [both, model('a', 'r1')], runs };
  assert.deepEqual(ids(runsThatMade({ kind: 'model', name: 'both' }, store)), ['r2']);
  assert.deepEqual(ids(runsThatMade({ kind: 'model', name: 'a' }, store)), ['r1']);
});

test('P23: of what cannot be read the runs are found by its name', () => {
  const runs = [run('r1', 'classifier', 'a'), run('r0', 'encoder', 'a')];
  assert.deepEqual(ids(runsThatMade({ kind: 'model', name: 'a' }, { encoders: [], models: [], runs })), [
    'r1',
  ]);
});
