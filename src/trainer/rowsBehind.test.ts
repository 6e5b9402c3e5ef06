import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsBehind } from './rowsBehind';

const row = (label: string, line: number, text = `text ${line}`) => ({ text, label, file: 'a.csv', line });

const predicted = (predicted: number, probability: number) => ({
  predicted,
  probability,
  probabilities: Float32Array.of(1 - probability, probability),
});

test('mistakes come first, the surest before the others; then what is right, the least sure first', () => {
  const rows = [row('ham', 1), row('ham', 2), row('spam', 3), row('spam', 4), row('ham', 5)];
  const predictions = [
    predicted(0, 0.9),
    predicted(1, 0.6),
    predicted(0, 0.99),
    predicted(1, 0.7),
    predicted(0, 0.55),
  ];
  const { count, rows: kept } = rowsBehind(rows, ['ham', 'spam'], predictions);
  assert.equal(count, 5);
  assert.deepEqual(
    kept.map(({ line }) => line),
    [3, 2, 5, 4, 1],
  );
  assert.deepEqual(kept[0], {
    file: 'a.csv',
    line: 3,
    actual: 1,
    predicted: 0,
    probability: 0.99,
    text: 'text 3',
  });
});

test('of each cell some rows are kept, all are counted, and texts are cut', () => {
  const rows = Array.from({ length: 500 }, (_, i) => row('ham', i + 1, `long\n${'x'.repeat(1_000_000)}`));
  const { count, rows: kept } = rowsBehind(
    rows,
    ['ham', 'spam'],
    rows.map((_, i) => predicted(i % 2, 0.5)),
  );
  assert.equal(count, 500);
  assert.equal(kept.length, 50);
  assert.ok(kept.every(({ text }) => text.length <= 241 && !text.includes('\n')));
});
