import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressLog } from './progressLog';

/** Lines that a run writes which takes five steps a second. */
function linesOf(log: ProgressLog, from: number, seconds: number): number {
  let lines = 0;
  for (let now = from * 1000; now < (from + seconds) * 1000; now += 200) if (log.takes(now, false)) lines++;
  return lines;
}

test('P22: progress is written once a second at first, and a run of days writes some thousands of lines', () => {
  const log = new ProgressLog();
  assert.equal(linesOf(log, 0, 400), 400);
  const hour = linesOf(log, 400, 3200) + 400;
  const days = linesOf(log, 3600, 4 * 24 * 3600 - 3600) + hour;
  assert.ok(hour > 1000 && hour < 2000, `${hour} lines in an hour`);
  assert.ok(days > 3000 && days < 6000, `${days} lines in four days`);
});

test('P22: the first and the last batch of an epoch are always written', () => {
  const log = new ProgressLog();
  assert.deepEqual(
    [true, false, false, true, true].map((isEdge) => log.takes(0, isEdge)),
    [true, false, false, true, true],
  );
});

test('P22: a run that goes on counts what it wrote before', () => {
  const log = new ProgressLog(1500);
  assert.equal(linesOf(log, 0, 80), 10);
});
