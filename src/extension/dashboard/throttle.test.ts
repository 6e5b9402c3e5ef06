import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TestTiming } from './testTiming';
import { Throttle } from './throttle';

test('the first request is answered at once, the next ones together when the interval is over', () => {
  const timing = new TestTiming();
  const calls: number[] = [];
  const throttle = new Throttle(100, () => calls.push(timing.now()), timing);
  throttle.request();
  throttle.request();
  timing.pass(30);
  throttle.request();
  assert.deepEqual(calls, [1000]);
  timing.pass(1000);
  assert.deepEqual(calls, [1000, 1100]);
});

test('what is cancelled does not come', () => {
  const timing = new TestTiming();
  let calls = 0;
  const throttle = new Throttle(100, () => calls++, timing);
  throttle.request();
  throttle.request();
  throttle.cancel();
  timing.pass(1000);
  assert.equal(calls, 1);
  throttle.request();
  assert.equal(calls, 2);
});

test('however requests come, calls are an interval apart, and none follows the last request too late', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 60 }), (pauses) => {
      const timing = new TestTiming();
      const calls: number[] = [];
      const throttle = new Throttle(100, () => calls.push(timing.now()), timing);
      let last = 0;
      for (const pause of pauses) {
        timing.pass(pause);
        throttle.request();
        last = timing.now();
      }
      timing.pass(100);
      calls.slice(1).forEach((call, i) => {
        assert.ok(call - (calls[i] ?? 0) >= 100);
      });
      if (pauses.length > 0) assert.ok((calls.at(-1) ?? 0) >= last);
    }),
    { seed: 20240607, numRuns: 200 },
  );
});
