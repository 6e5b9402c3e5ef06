import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Thinned } from './thinned';

const settings = { most: (kind: string) => (kind === 'many' ? 10 : 100), mostBytes: 10_000 };

test('P22: what is kept is bounded, in order, and has the first and the last of each kind', () => {
  const kinds = fc.array(fc.constantFrom('many', 'few', 'large'), { maxLength: 400 });
  fc.assert(
    fc.property(kinds, (added) => {
      const thinned = new Thinned<number>(settings);
      added.forEach((kind, place) => {
        thinned.add(kind, kind === 'large' ? 1000 : 1, () => place);
      });
      const kept = thinned.items();
      assert.deepEqual(
        kept,
        kept.toSorted((a, b) => a - b),
      );
      for (const kind of new Set(added)) {
        const of = kept.filter((place) => added[place] === kind);
        assert.deepEqual([of[0], of.at(-1)], [added.indexOf(kind), added.lastIndexOf(kind)]);
        assert.ok(of.length <= { many: 21, few: 201, large: 11 }[kind]);
      }
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('P22: names without an end are bounded too', () => {
  const thinned = new Thinned<number>(settings);
  for (let i = 0; i < 100_000; i++) thinned.add(`kind ${i}`, 100, () => i);
  assert.ok(thinned.items().length < 300);
});
