import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesAround } from './visibleLines';

test('the lines shown come with some on both sides', () => {
  assert.deepEqual(linesAround([{ first: 5, last: 6 }], 100, 2, 100), [3, 4, 5, 6, 7, 8]);
});

test('lines that do not exist are left out', () => {
  assert.deepEqual(linesAround([{ first: 0, last: 1 }], 3, 5, 100), [0, 1, 2]);
});

test('folded parts leave ranges that may meet', () => {
  assert.deepEqual(
    linesAround(
      [
        { first: 0, last: 1 },
        { first: 4, last: 4 },
      ],
      10,
      2,
      100,
    ),
    [0, 1, 2, 3, 4, 5, 6],
  );
});

test('there is a limit, and what is shown comes before what is not', () => {
  assert.deepEqual(linesAround([{ first: 10, last: 12 }], 100, 50, 4), [10, 11, 12, 13]);
});
