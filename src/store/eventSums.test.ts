import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLastEvent } from './eventEnds';
import { EventLog } from './eventLog';
import { readEvents } from './readEvents';

const events = [
  { event: 'started', data: { bs: 16 }, name: 'ü' },
  { event: 'epoch', epoch: 1, train_loss: 0.25 },
  { event: 'result', metrics: { accuracy: 0.91 }, classes: ['a', 'b'] },
];

async function written(t: { after: (fn: () => Promise<void>) => void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sums-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'events.ndjson');
  const log = await EventLog.open(path);
  for (const event of events) await log.append(event);
  await log.close();
  return path;
}

test('P8: an event in which any bit changed is a broken line or the same event, never another one', async (t) => {
  const path = await written(t);
  assert.deepEqual((await readEvents(path)).events, events);
  const original = await readFile(path);
  for (let bit = 0; bit < 8 * original.length; bit++) {
    const altered = Buffer.from(original);
    altered.writeUInt8(original.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    await writeFile(path, altered);
    // Where the name of the checksum itself changed, the line is one of former versions, with a member too many.
    const found = (await readEvents(path)).events.map((event) => known(event));
    for (const event of found) {
      assert.ok(
        events.some((each) => JSON.stringify(each) === JSON.stringify(event)),
        JSON.stringify(event),
      );
    }
    const last = known((await readLastEvent(path)) ?? {});
    assert.ok(
      [...events, { event: 'result', metrics: { accuracy: 0.91 } }].some(
        (each) => JSON.stringify(each) === JSON.stringify(last),
      ),
      JSON.stringify(last),
    );
  }
});

/** The members that events here have. */
function known(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = ['event', 'data', 'name', 'epoch', 'train_loss', 'metrics', 'classes'];
  return Object.fromEntries(Object.entries(event).filter(([name]) => names.includes(name)));
}

test('events of former versions have no checksum, and are read', async (t) => {
  const path = await written(t);
  await writeFile(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  assert.deepEqual((await readEvents(path)).events, events);
});
