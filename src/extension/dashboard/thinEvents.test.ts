import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunEvent } from '../../protocol/events';
import { boundEvent, evenly, thinEvents } from './thinEvents';

const progress = (step: number, part: 'train' | 'valid' = 'train'): RunEvent => ({
  event: 'progress',
  part,
  phase: 1,
  epoch: 1,
  batch: step,
  batches: 9999,
  step,
});

test('a long run keeps every other event, and its progress at a few thousand points', () => {
  const events: RunEvent[] = [];
  for (let step = 1; step <= 10_000; step++) {
    events.push(progress(step));
    if (step % 1000 === 0) {
      events.push({ event: 'epoch', epoch: step / 1000, train_loss: 1, valid_loss: 1 });
    }
  }
  const thinned = thinEvents(events, 500);
  assert.equal(thinned.filter(({ event }) => event === 'epoch').length, 10);
  const steps = thinned.flatMap((event) => (event.event === 'progress' ? [event.step ?? 0] : []));
  assert.ok(steps.length <= 500 && steps.length > 450, String(steps.length));
  assert.equal(steps[0], 1);
  assert.equal(steps.at(-1), 10_000);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
});

test('of progress that is no point only the latest stays', () => {
  const events = [progress(1), progress(1, 'valid'), progress(2), progress(2, 'valid'), progress(2, 'valid')];
  assert.deepEqual(thinEvents(events), [events[0], events[2], events[4]]);
});

test('evenly chosen items are at most as many as asked, with both ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 100 }), (length, most) => {
      const items = Array.from({ length }, (_, i) => i);
      const chosen = evenly(items, most);
      assert.equal(chosen.length, Math.min(length, most));
      assert.equal(chosen[0], 0);
      assert.equal(chosen.at(-1), length - 1);
    }),
    { seed: 20240607, numRuns: 200 },
  );
});

test('P14: a text of a megabyte is cut, between characters, and the count of skipped rows stays', () => {
  const sample = boundEvent({ event: 'sample', text: `${'x'.repeat(3999)}😀${'x'.repeat(1e6)}` });
  assert.ok(sample.event === 'sample' && sample.text === `${'x'.repeat(3999)}…`);
  const issues = Array.from({ length: 1000 }, (_, line) => ({ file: 'f', line, reason: 'r'.repeat(1000) }));
  const skipped = boundEvent({ event: 'skipped_rows', count: 5000, issues });
  assert.ok(skipped.event === 'skipped_rows' && skipped.count === 5000 && skipped.issues.length === 200);
});
