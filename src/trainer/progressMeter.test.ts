import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProgressMeter } from './progressMeter';

describe('the progress meter', () => {
  test('knows nothing before the second step', () => {
    const meter = new ProgressMeter();
    assert.equal(meter.tokensPerSecond, undefined);
    meter.step(1000, 50);
    assert.equal(meter.secondsLeft(10, 1), undefined);
  });

  test('tells tokens a second and the time left, validations included', () => {
    const meter = new ProgressMeter();
    for (let step = 0; step <= 10; step++) meter.step(step * 500, 100);
    assert.equal(meter.tokensPerSecond, 200);
    assert.equal(meter.secondsLeft(20, 0), 10);
    meter.validated(5000 + 3000);
    assert.equal(meter.secondsLeft(20, 2), 16);
    meter.step(8000 + 500, 100);
    assert.equal(meter.tokensPerSecond, 200, 'the time of a validation is no step’s');
  });

  test('follows a change of speed, and never divides by zero', () => {
    const meter = new ProgressMeter();
    let now = 0;
    for (let step = 0; step < 5; step++) meter.step((now += 100), 100);
    for (let step = 0; step < 50; step++) meter.step((now += 1000), 100);
    assert.ok(Math.abs((meter.tokensPerSecond ?? NaN) - 100) < 20);
    meter.step(now, 100);
    assert.ok(Number.isFinite(meter.tokensPerSecond));
  });
});
