import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { oneCycleSchedule } from '../src/training/schedule';
import { scheduleCurve } from './scheduleCurve';

test('the curve is the schedule that the trainer goes by, phase after phase', () => {
  const phase = fc.record({
    lr: fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
    steps: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(phase, { maxLength: 4 }), (phases) => {
      const expected = phases.flatMap(({ lr, steps }) => {
        const schedule = oneCycleSchedule(steps, lr, { moms: [0.8, 0.7] });
        return Array.from({ length: steps }, (_, i) => schedule(i));
      });
      const curve = scheduleCurve(phases);
      assert.equal(curve.length, expected.length);
      curve.forEach(({ step, lr, momentum }, i) => {
        assert.equal(step, i + 1);
        assert.ok(Math.abs(lr - (expected[i]?.lr.at(-1) ?? NaN)) < 1e-12);
        assert.ok(Math.abs(momentum - (expected[i]?.momentum ?? NaN)) < 1e-12);
      });
    }),
    { seed: 20240607, numRuns: 100 },
  );
});

test('a long plan is drawn with a few hundred points and keeps its peak and its end', () => {
  const curve = scheduleCurve([{ lr: [0.01], steps: 100_003 }]);
  assert.ok(curve.length < 700);
  assert.equal(Math.max(...curve.map(({ lr }) => lr)), 0.01);
  assert.equal(curve.at(-1)?.step, 100_003);
});
