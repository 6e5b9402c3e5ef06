import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock, fill, shortNumber, tableNumber } from './formats';

test('templates are filled once, so that data with braces stays as it is', () => {
  assert.equal(fill('{1} of {0}', 3, '{0}'), '{0} of 3');
  assert.equal(fill('{0} {2}', 'a'), 'a {2}');
});

test('numbers and times are short, and as fastai writes them in its table', () => {
  assert.equal(tableNumber(0.5), '0.500000');
  assert.equal(tableNumber(null), '#na#');
  assert.equal(shortNumber(0.0004), '4e-4');
  assert.equal(shortNumber(0.012345), '0.01235');
  assert.equal(shortNumber(0), '0');
  assert.equal(shortNumber(123_456), '1.23e5');
  assert.equal(shortNumber(null), '–');
  assert.equal(clock(7.4), '00:07');
  assert.equal(clock(3723), '1:02:03');
});
