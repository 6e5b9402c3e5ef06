import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RandomStream, type StreamKey, streamKey, threefry2x32 } from './random';

function words(key: StreamKey, counter: StreamKey): string[] {
  const out = new Uint32Array(2);
  threefry2x32(key, counter[0], counter[1], out, 0);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0'));
}

function numbers(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.uniform());
}

describe('Threefry-2x32 with 20 rounds', () => {
  test('gives the known answers of the Random123 distribution', () => {
    const ones = 0xffffffff;
    assert.deepEqual(words([0, 0], [0, 0]), ['6b200159', '99ba4efe']);
    assert.deepEqual(words([ones, ones], [ones, ones]), ['1cb996fc', 'bb002be7']);
    assert.deepEqual(words([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3]), ['c4923a9c', '483df7a0']);
  });

  test('writes where it is told and nowhere else', () => {
    const out = new Uint32Array(5).fill(7);
    threefry2x32([1, 2], 3, 4, out, 2);
    assert.deepEqual([out[0], out[1], out[4]], [7, 7, 7]);
    assert.notDeepEqual([out[2], out[3]], [7, 7]);
  });
});

describe('a stream of random numbers', () => {
  test('is a function of seed and name', () => {
    const first = numbers(RandomStream.named(42, 'order'), 8);
    assert.deepEqual(numbers(RandomStream.named(42, 'order'), 8), first);
    assert.notDeepEqual(numbers(RandomStream.named(43, 'order'), 8), first);
    assert.notDeepEqual(numbers(RandomStream.named(42, 'split'), 8), first);
  });

  test('has a key of its own for every seed and name', () => {
    const seeds = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 1];
    const names = ['', 'a', 'aa', 'b', 'dropout', 'split:label:a', 'split:label:b'];
    const keys = seeds.flatMap((seed) => names.map((name) => streamKey(seed, name).join()));
    assert.equal(new Set(keys).size, keys.length);
  });

  test('goes on from a position as if it had never stopped, also beyond 2³²', () => {
    for (const start of [0, 2 ** 32 - 3]) {
      const whole = new RandomStream([1, 2], start);
      const expected = numbers(whole, 10);
      const first = new RandomStream([1, 2], start);
      numbers(first, 4);
      assert.deepEqual(numbers(new RandomStream([1, 2], first.position), 6), expected.slice(4));
    }
    assert.notEqual(new RandomStream([1, 2], 2 ** 32).uniform(), new RandomStream([1, 2], 0).uniform());
  });

  test('is uniform: 20 equal parts of [0, 1) get a twentieth each', () => {
    const count = 20_000;
    const parts = new Array<number>(20).fill(0);
    for (const number of numbers(RandomStream.named(1, 'uniformity'), count)) {
      assert.ok(number >= 0 && number < 1);
      const part = Math.floor(number * 20);
      parts[part] = (parts[part] ?? 0) + 1;
    }
    const expected = count / 20;
    const chiSquare = parts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    // Of 19 degrees of freedom, 43.8 is passed once in a thousand times.
    assert.ok(chiSquare < 43.8, String(chiSquare));
  });

  test('shuffles every item to every place, and loses none', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const shuffled = RandomStream.named(seed, 'shuffle').shuffled(items);
        assert.deepEqual(shuffled.toSorted(), items.toSorted());
      }),
      { seed: 20240607, numRuns: 100 },
    );
    const random = RandomStream.named(5, 'places');
    const seen = new Set<string>();
    for (let round = 0; round < 300; round++) {
      random.shuffled(['a', 'b', 'c', 'd']).forEach((item, place) => seen.add(`${item}${place}`));
    }
    assert.equal(seen.size, 16);
  });

  test('draws whole numbers below the bound alone', () => {
    const random = RandomStream.named(5, 'integers');
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(3)));
    assert.deepEqual([...drawn].sort(), [0, 1, 2]);
  });
});
