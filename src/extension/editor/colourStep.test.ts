import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourStep, colourSteps } from './colourStep';

test('the most important word has the strongest colour and an unimportant one none', () => {
  assert.equal(colourStep(1), colourSteps);
  assert.equal(colourStep(0.5), 3);
  assert.equal(colourStep(0.15), 1);
  assert.equal(colourStep(0.05), 0);
});

test('what is out of range or no number has a colour that exists', () => {
  assert.equal(colourStep(7), colourSteps);
  assert.equal(colourStep(-1), 0);
  assert.equal(colourStep(NaN), 0);
});

test('a greater weight never has a weaker colour', () => {
  let before = 0;
  for (let weight = 0; weight <= 1; weight += 0.01) {
    assert.ok(colourStep(weight) >= before);
    before = colourStep(weight);
  }
});
