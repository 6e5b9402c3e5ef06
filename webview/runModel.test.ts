import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../src/protocol/events';
import { metricOf, RunModel } from './runModel';

const started = (resumedFrom?: number): RunEvent => ({
  event: 'started',
  run: 'r',
  kind: 'classifier',
  name: 'm',
  phases: [
    { name: 'head', trainable: [], lr: [0.02], epochs: 1, steps: 10 },
    { name: 'all layers', trainable: [], lr: [0.001, 0.01], epochs: 2, steps: 20 },
  ],
  epochs: 3,
  steps: 30,
  ...(resumedFrom === undefined ? {} : { resumed_from: resumedFrom }),
});
const progress = (step: number, part: 'train' | 'valid' = 'train'): RunEvent => ({
  event: 'progress',
  part,
  phase: 1,
  epoch: 1,
  batch: step,
  batches: 10,
  step,
  loss: 1 / step,
  lr: 0.1,
  mom: 0.8,
});
const epoch = (number: number, accuracy = 0.5): RunEvent => ({
  event: 'epoch',
  epoch: number,
  train_loss: 1,
  valid_loss: 2,
  accuracy,
  macro_f1: 0.4,
});

test('progress of training becomes points, epochs become rows', () => {
  const model = RunModel.of('r', [started(), progress(1), progress(2), progress(2, 'valid'), epoch(1)]);
  assert.deepEqual(
    model.points.map(({ step, loss }) => [step, loss]),
    [
      [1, 1],
      [2, 0.5],
    ],
  );
  assert.deepEqual(model.metrics, ['accuracy', 'macro_f1']);
  assert.equal(model.progress?.part, 'valid');
  assert.equal(model.share, 2 / 30);
});

test('epochs end where the plan says', () => {
  const model = RunModel.of('r', [started()]);
  assert.deepEqual(
    [1, 2, 3].map((number) => model.endOfEpoch(number)),
    [10, 20, 30],
  );
});

test('a resumed run goes back to its checkpoint, and its end is taken back', () => {
  const events = [started(), ...[1, 5, 10, 12, 15].map((step) => progress(step)), epoch(1)];
  const ended: RunEvent = { event: 'error', code: 'trainer-failed', message: 'm', remedy: 'r' };
  const model = RunModel.of('r', [...events, ended, started(10)]);
  assert.deepEqual(
    model.points.map(({ step }) => step),
    [1, 5, 10],
  );
  assert.equal(model.epochs.length, 1);
  assert.equal(model.error, undefined);
  model.apply(started(0));
  assert.equal(model.epochs.length + model.points.length, 0);
});

test('an epoch told twice is one row, and a warning told twice is said once', () => {
  const warning: RunEvent = { event: 'warning', message: 'w' };
  const model = RunModel.of('r', [started(), epoch(1), epoch(1, 0.9), warning, warning]);
  assert.deepEqual(
    model.epochs.map((row) => metricOf(row, 'accuracy')),
    [0.9],
  );
  assert.equal(model.warnings.length, 1);
});

test('points stay within a bound over a long run, the latest among them', () => {
  const model = new RunModel('r');
  for (let step = 1; step <= 50_000; step++) model.apply(progress(step));
  assert.ok(model.points.length <= 4001 && model.points.length >= 1500);
  assert.equal(model.points.at(-1)?.step, 50_000);
});

test('progress alone does not ask for new tables', () => {
  const model = RunModel.of('r', [started()]);
  const { version } = model;
  model.apply(progress(1));
  assert.equal(model.version, version);
  model.apply(epoch(1));
  assert.notEqual(model.version, version);
});
