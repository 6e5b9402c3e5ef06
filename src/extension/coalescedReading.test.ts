import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CoalescedReading } from './coalescedReading';

test('P22: however many ask while something is read, it is read once more for them', async () => {
  let begun = 0;
  let end: () => void = () => undefined;
  const reading = new CoalescedReading(async () => {
    const number = ++begun;
    await new Promise<void>((resolve) => (end = resolve));
    return number;
  });
  const first = reading.ask();
  const later = Array.from({ length: 100 }, () => reading.ask());
  end();
  assert.equal(await first, 1);
  await turn();
  end();
  assert.deepEqual(new Set(await Promise.all(later)), new Set([2]));
  assert.equal(begun, 2);
});

test('after a reading that failed the next goes on', async () => {
  let begun = 0;
  const reading = new CoalescedReading(async () => {
    await turn();
    if (++begun === 1) throw new Error('no');
    return begun;
  });
  const [first, second] = [reading.ask(), reading.ask()];
  await assert.rejects(first, /no/u);
  assert.equal(await second, 2);
  assert.equal(await reading.ask(), 3);
});
