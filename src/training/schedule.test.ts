import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { annealCosine, annealExponential, annealLinear } from './annealing';
import { expandLearningRate, slice } from './learningRate';
import { constantSchedule, oneCycleSchedule } from './schedule';
import { SmoothedLoss } from './smoothedLoss';

const near = (actual: number | undefined, expected: number) => {
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-12, `${actual ?? ''} is not ${expected}`);
};

describe('the one-cycle policy', () => {
  test('a fit of one iteration trains at the first rate, and peaks after it', () => {
    const schedule = oneCycleSchedule(1, [1e-2], { moms: [0.8, 0.7] });
    near(schedule(0).lr[0], 1e-2 / 25);
    near(schedule(0).momentum, 0.8);
    near(schedule(1).lr[0], 1e-2);
  });

  test('without a rising part it still takes one step to the peak', () => {
    const schedule = oneCycleSchedule(3, [1], { pctStart: 0, moms: [0.8, 0.7] });
    near(schedule(0).lr[0], 1 / 25);
    near(schedule(1).lr[0], 1);
    near(schedule(2).lr[0], annealCosine(1, 1 / 2.5e5, 1 / 3));
  });

  test('rises to its peak after the first 30 % and ends at a 250,000th', () => {
    const schedule = oneCycleSchedule(10, [2, 1]);
    assert.deepEqual(schedule(3), { lr: [2, 1], momentum: 0.85 });
    near(schedule(10).lr[1], 1 / 2.5e5);
    near(schedule(10).momentum, 0.95);
  });

  test('stays between its ends, whatever its length', () => {
    const settings = fc.record({
      iterations: fc.integer({ min: 1, max: 300 }),
      pctStart: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(settings, ({ iterations, pctStart }) => {
        const schedule = oneCycleSchedule(iterations, [1], { pctStart });
        for (let i = 0; i < iterations; i++) {
          const { lr, momentum } = schedule(i);
          const [rate = NaN] = lr;
          assert.ok(rate > 0 && rate <= 1 + 1e-12, `rate ${rate} at ${i} of ${iterations}`);
          assert.ok(momentum >= 0.85 - 1e-12 && momentum <= 0.95 + 1e-12, `momentum ${momentum}`);
        }
      }),
      { seed: 20240607, numRuns: 100 },
    );
  });

  test('a constant schedule is one', () => {
    const schedule = constantSchedule([1, 2], 0.9);
    assert.deepEqual(schedule(0), schedule(99));
  });
});

test('annealers start and end where they are told', () => {
  for (const anneal of [annealLinear, annealExponential, annealCosine]) {
    near(anneal(0.25, 4, 0), 0.25);
    near(anneal(0.25, 4, 1), 4);
  }
  near(annealLinear(0, 4, 0.25), 1);
  near(annealExponential(1, 100, 0.5), 10);
  near(annealCosine(1, 0, 0.5), 0.5);
});

describe('learning rates of layer groups', () => {
  test('one rate holds for all, a slice gives the groups below a tenth, or grows evenly', () => {
    assert.deepEqual(expandLearningRate(1e-2, 3), [1e-2, 1e-2, 1e-2]);
    assert.deepEqual(expandLearningRate(slice(1), 3), [0.1, 0.1, 1]);
    expandLearningRate(slice(1, 100), 3).forEach((rate, i) => {
      near(rate, 10 ** i);
    });
    assert.deepEqual(expandLearningRate(slice(1e-4, 1e-2), 1), [1e-2]);
  });

  test('must be positive numbers', () => {
    for (const rate of [0, -1, NaN, Infinity, slice(1, 0), slice(-1, 1)]) {
      assert.throws(() => expandLearningRate(rate, 2), { code: 'bad-setting', remedy: /0\.01/u });
    }
  });
});

test('the smoothed loss begins with the first loss, and goes on from what a checkpoint kept', () => {
  const whole = new SmoothedLoss();
  near(whole.add(5), 5);
  near(whole.add(3), (0.98 * 0.02 * 5 + 0.02 * 3) / (1 - 0.98 ** 2));
  const resumed = new SmoothedLoss(whole.average, whole.count);
  assert.equal(resumed.add(4), whole.add(4));
});
