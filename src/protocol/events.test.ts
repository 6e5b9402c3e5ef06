import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsRun, parseRunEvent } from './events';

test('an epoch keeps its further metrics by their exact names', () => {
  const event = {
    event: 'epoch',
    epoch: 1,
    train_loss: 4.2,
    valid_loss: 3.9,
    accuracy: 0.3,
    perplexity: 49.4,
  };
  assert.deepEqual(parseRunEvent(event), event);
});

test('a loss that is no number arrives as null', () => {
  const line = JSON.stringify({ event: 'epoch', epoch: 1, train_loss: NaN, valid_loss: 3 });
  const event = parseRunEvent(JSON.parse(line));
  assert.ok(event?.event === 'epoch' && event.train_loss === null);
});

test('what is no event of this version is undefined', () => {
  const good = { event: 'epoch', epoch: 1, train_loss: 1, valid_loss: 1 };
  assert.ok(parseRunEvent(good));
  for (const value of [
    null,
    1,
    'epoch',
    [],
    {},
    { event: 'later' },
    { event: 'epoch', epoch: 'one' },
    { ...good, f1: '<b>' },
  ]) {
    assert.equal(parseRunEvent(value), undefined);
  }
});

test('result, error, cancelled and paused end a run', () => {
  assert.ok(endsRun({ event: 'paused', step: 1 }));
  assert.ok(endsRun({ event: 'cancelled', mode: 'discard' }));
  assert.ok(!endsRun({ event: 'warning', message: 'm' }));
});
