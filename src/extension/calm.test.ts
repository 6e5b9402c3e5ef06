import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calm } from './calm';

test('P22: thousands of changes are one, and changes without an end are some', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const counted = { done: 0 };
  const calm = new Calm(() => counted.done++, { calmMilliseconds: 200, longestMilliseconds: 2000 });
  for (let i = 0; i < 5000; i++) calm.stir(0);
  assert.equal(counted.done, 0);
  t.mock.timers.tick(200);
  assert.equal(counted.done, 1);
  for (let now = 0; now < 20_000; now += 100) {
    calm.stir(now);
    t.mock.timers.tick(100);
  }
  assert.ok(counted.done >= 10 && counted.done <= 12);
  calm.stir(20_000);
  calm.dispose();
  t.mock.timers.tick(5000);
  assert.ok(counted.done <= 12);
});
