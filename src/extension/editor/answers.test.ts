import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifications, mostProbable } from './answers';

const [answer] = classifications('mail', {
  classes: ['ham', 'spam', 'other'],
  predictions: [{ label: 'spam', probabilities: [0.2, 0.7, null] }],
});

test('the most probable class comes first', () => {
  assert.deepEqual(answer, {
    label: 'spam',
    probability: 0.7,
    probabilities: [
      { label: 'spam', probability: 0.7 },
      { label: 'ham', probability: 0.2 },
      { label: 'other', probability: 0 },
    ],
    model: 'mail',
  });
});

test('of many classes only the first need be kept', () => {
  assert.ok(answer);
  assert.equal(mostProbable(answer, 1).probabilities.length, 1);
  assert.equal(mostProbable(answer, 3), answer);
});
