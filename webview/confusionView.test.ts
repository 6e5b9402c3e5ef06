import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionView } from './confusionView';

test('a cell knows its part of the row, also where a class has no texts', () => {
  const { cells } = confusionView(
    ['a', 'b'],
    [
      [3, 1],
      [0, 0],
    ],
    10,
  );
  assert.deepEqual(cells, [
    [
      { count: 3, share: 0.75 },
      { count: 1, share: 0.25 },
    ],
    [
      { count: 0, share: 0 },
      { count: 0, share: 0 },
    ],
  ]);
});

test('of too many classes those with the most texts stay, in their order', () => {
  const view = confusionView(
    ['a', 'b', 'c'],
    [
      [5, 0, 0],
      [1, 0, 0],
      [0, 2, 7],
    ],
    2,
  );
  assert.deepEqual(view.classes, ['a', 'c']);
  assert.deepEqual(
    view.cells[1]?.map(({ count, share }) => [count, share]),
    [
      [0, 0],
      [7, 7 / 9],
    ],
  );
});
