import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../src/protocol/events';
import { chartLines, legendNames } from './chartLines';
import { RunModel } from './runModel';

const words = {
  trainLoss: 'train',
  validLoss: 'valid',
  accuracy: 'accuracy',
  macroF1: 'f1',
  scheduled: 'scheduled',
  done: 'done',
};
const events: RunEvent[] = [
  {
    event: 'started',
    run: 'r',
    kind: 'encoder',
    name: 'e',
    phases: [{ name: 'all', trainable: [], lr: [0.1], epochs: 2, steps: 4 }],
    epochs: 2,
    steps: 4,
  },
  {
    event: 'progress',
    part: 'train',
    phase: 1,
    epoch: 1,
    batch: 2,
    batches: 2,
    step: 2,
    loss: 3,
    lr: 0.01,
    mom: 0.8,
  },
  { event: 'epoch', epoch: 1, train_loss: 3, valid_loss: null, accuracy: 0.25 },
  { event: 'epoch', epoch: 2, train_loss: 2, valid_loss: 2.5, accuracy: 0.5 },
];
const run = (name: string) => ({ name, model: RunModel.of(name, events) });

test('losses stand over steps: a validation where its epoch ends, and none where none was measured', () => {
  const [train, valid] = chartLines('loss', [run('a')], words);
  assert.deepEqual([train?.x, train?.y], [[2], [3]]);
  assert.deepEqual([valid?.x, valid?.y], [[4], [2.5]]);
});

test('of one run lines differ by colour, of several a colour is a run', () => {
  const one = chartLines('loss', [run('a')], words);
  assert.deepEqual(
    one.map(({ label, colour }) => [label, colour]),
    [
      ['train', 0],
      ['valid', 1],
    ],
  );
  const two = chartLines('loss', [run('a'), run('b')], words);
  assert.deepEqual(
    two.map(({ label, colour, dash }) => [label, colour, dash]),
    [
      ['a · train', 0, 'solid'],
      ['a · valid', 0, 'dashed'],
      ['b · train', 1, 'solid'],
      ['b · valid', 1, 'dashed'],
    ],
  );
});

test('scores are there only if they were measured, over epochs', () => {
  const lines = chartLines('score', [run('a')], words);
  assert.deepEqual(
    lines.map(({ label, x, y }) => [label, x, y]),
    [['accuracy', [1, 2], [0.25, 0.5]]],
  );
});

test('the schedule is drawn to its end, what was done as far as it came', () => {
  const [done, plan] = chartLines('momentum', [run('a')], words);
  assert.deepEqual(done?.x, [2]);
  assert.deepEqual(plan?.x, [1, 2, 3, 4]);
  assert.equal(plan.dash, 'dashed');
});

test('runs of the same name are told apart by their time', () => {
  const runs = [
    { name: 'a', createdAt: '1' },
    { name: 'b', createdAt: '2' },
    { name: 'a', createdAt: '3' },
  ];
  assert.deepEqual(
    legendNames(runs, (at) => `at ${at}`),
    ['a (at 1)', 'b', 'a (at 3)'],
  );
});
