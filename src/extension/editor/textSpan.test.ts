import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { followChange, overlaps, trimmed } from './textSpan';

test('a span moves with what is written before it', () => {
  assert.deepEqual(followChange({ start: 10, end: 20 }, { start: 0, length: 0, inserted: 5 }), {
    start: 15,
    end: 25,
  });
  assert.deepEqual(followChange({ start: 10, end: 20 }, { start: 8, length: 2, inserted: 0 }), {
    start: 8,
    end: 18,
  });
});

test('a span stays when something is written right before, right after or behind it', () => {
  assert.deepEqual(followChange({ start: 10, end: 20 }, { start: 20, length: 0, inserted: 3 }), {
    start: 10,
    end: 20,
  });
  assert.deepEqual(followChange({ start: 10, end: 20 }, { start: 10, length: 0, inserted: 3 }), {
    start: 13,
    end: 23,
  });
});

test('a span ends when the text inside it changes', () => {
  assert.equal(followChange({ start: 10, end: 20 }, { start: 15, length: 0, inserted: 1 }), undefined);
  assert.equal(followChange({ start: 10, end: 20 }, { start: 5, length: 6, inserted: 0 }), undefined);
  assert.equal(followChange({ start: 10, end: 20 }, { start: 19, length: 5, inserted: 0 }), undefined);
});

test('a span that survives a change holds the text it held before', () => {
  const pieces = fc.record({
    text: fc.string({ maxLength: 30 }),
    numbers: fc.array(fc.nat(30), { minLength: 4, maxLength: 4 }),
    insertion: fc.string({ maxLength: 5 }),
  });
  fc.assert(
    fc.property(pieces, ({ text, numbers, insertion }) => {
      const [a = 0, b = 0, c = 0, d = 0] = numbers.map((number) => Math.min(number, text.length));
      const span = { start: Math.min(a, b), end: Math.max(a, b) };
      const change = { start: Math.min(c, d), length: Math.abs(c - d), inserted: insertion.length };
      const after = text.slice(0, change.start) + insertion + text.slice(change.start + change.length);
      const followed = followChange(span, change);
      if (followed) assert.equal(after.slice(followed.start, followed.end), text.slice(span.start, span.end));
    }),
    { seed: 20240607, numRuns: 500 },
  );
});

test('white space at the ends of a selection is left out', () => {
  assert.deepEqual(trimmed('a  word\n b', { start: 1, end: 8 }), { start: 3, end: 7 });
  assert.equal(trimmed('a   b', { start: 1, end: 4 }), undefined);
});

test('spans that only touch do not overlap', () => {
  assert.equal(overlaps({ start: 0, end: 3 }, { start: 3, end: 5 }), false);
  assert.equal(overlaps({ start: 0, end: 4 }, { start: 3, end: 5 }), true);
});
