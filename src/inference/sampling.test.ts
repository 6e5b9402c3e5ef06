import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RandomStream } from '../random';
import { draw, samplingWeights, softmax } from './sampling';

/** Id 0 is xxunk. */
const logits = [5, 1, 3, 2.9, -4];
const unlimited = { noUnk: false } as const;

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs((actual[i] ?? NaN) - value) < 1e-9, `${i}: ${actual[i] ?? ''} is not ${value}`);
  });
}

describe('the weights of the next word', () => {
  test('are its probabilities at temperature 1, without xxunk unless it is allowed', () => {
    near(samplingWeights(logits, unlimited), [...softmax(logits)]);
    const weights = samplingWeights(logits);
    assert.equal(weights[0], 0);
    near(weights.slice(1), [...softmax(logits.slice(1))]);
  });

  test('are probabilities to the power of 1 / temperature', () => {
    const powers = Array.from(softmax(logits), (p) => p ** (1 / 0.5));
    const sum = powers.reduce((a, b) => a + b);
    near(
      samplingWeights(logits, { ...unlimited, temperature: 0.5 }),
      powers.map((power) => power / sum),
    );
  });

  test('are all on the likeliest word at a temperature near zero, and even at a very high one', () => {
    for (const temperature of [1e-3, 1e-12, Number.MIN_VALUE]) {
      near(samplingWeights(logits, { temperature }), [0, 0, 1, 0, 0]);
    }
    near(samplingWeights(logits, { temperature: 1e12 }), [0, 0.25, 0.25, 0.25, 0.25]);
  });

  test('are never NaN and sum to 1, however far apart the logits', () => {
    const settings = fc.record({
      logits: fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 8 }),
      temperature: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      minP: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      noUnk: fc.boolean(),
    });
    fc.assert(
      fc.property(settings, ({ logits: any, ...options }) => {
        const weights = samplingWeights(any, options);
        const sum = weights.reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - 1) < 1e-9, String(weights));
        assert.ok(weights.every((weight) => weight >= 0));
        if (options.noUnk) assert.equal(weights[0], 0);
      }),
      { seed: 20240607, numRuns: 200 },
    );
  });

  test('leave out what is less likely than minP, but never everything', () => {
    const [, one = 0, two = 0, three = 0] = softmax(logits);
    assert.ok(one < 0.05 && two > 0.05 && three > 0.05);
    const weights = samplingWeights(logits, { minP: 0.05 });
    assert.equal(weights[1], 0);
    near(weights.slice(2, 4), [two / (two + three), three / (two + three)]);
    near(samplingWeights(logits, { minP: 0.99 }), [...samplingWeights(logits)]);
  });
});

describe('drawing', () => {
  test('takes each index as often as its weight says', () => {
    const random = RandomStream.named(1, 'draws');
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const index = draw([1, 0, 2, 5], random.uniform());
      counts[index] = (counts[index] ?? 0) + 1;
    }
    assert.equal(counts[1], 0);
    [1250, 0, 2500, 6250].forEach((expected, i) => {
      assert.ok(Math.abs((counts[i] ?? 0) - expected) < 200, `${i}: ${counts[i] ?? 0}`);
    });
  });

  test('ends at the last index with a weight, whatever rounding does', () => {
    assert.equal(draw([0.5, 0.5, 0], 1 - 2 ** -53), 1);
    assert.equal(draw([0, 0, 3], 0), 2);
  });
});
