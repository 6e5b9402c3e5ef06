import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UlmfitError } from '../errors';
import { errorEvent } from './errorEvent';
import { readRunState } from './runState';

const state = {
  phase: 1,
  dataHash: 'ab',
  extended: [2],
  seconds: 1.5,
  best: { step: 3, epoch: 1, validLoss: 0.5 },
  counters: {
    freezeTo: -1,
    optimizerStep: 4,
    dropoutKeys: 9,
    epochsStarted: 2,
    position: { iteration: 4, average: 0.1, count: 4, validating: false, epochSeconds: 2 },
  },
};

describe('the state in a checkpoint', () => {
  test('comes back as it was written', () => {
    assert.deepEqual(readRunState(JSON.parse(JSON.stringify(state)), 'folder'), state);
  });

  test('that does not make sense is a damaged checkpoint, by name', () => {
    for (const wrong of [
      undefined,
      {},
      { ...state, phase: -1 },
      { ...state, counters: { ...state.counters, position: { iteration: 1.5 } } },
    ]) {
      assert.throws(() => readRunState(wrong, 'checkpoints/step-000004'), {
        code: 'corrupt-file',
        message: /checkpoints\/step-000004/u,
        remedy: /Delete this checkpoint/u,
      });
    }
  });
});

describe('the event of an error', () => {
  test('has the code, the cause and the remedy of a known one', () => {
    const { code, message, remedy } = errorEvent(new UlmfitError('no-texts', 'Cause.', 'Remedy.'));
    assert.deepEqual([code, message, remedy], ['no-texts', 'Cause.', 'Remedy.']);
  });

  test('asks for a report where a defect was thrown', () => {
    for (const thrown of [new TypeError('x is undefined'), 'text', undefined]) {
      const { code, remedy } = errorEvent(thrown);
      assert.equal(code, 'trainer-failed');
      assert.match(remedy, /report it/u);
    }
  });
});
