import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { EventLog, readEvents, readLastEvent } from './eventLog';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ulmfit-events-'));
});
after(() => rm(folder, { recursive: true }));

test('the last event read from the end is the last of all events', async () => {
  const path = join(folder, 'events.ndjson');
  const line = fc.oneof(
    fc.constantFrom('', '[]', 'no event', '{"event":', '{"event":"error"}', '{"event":"ü😀"}'),
    // Longer than what is read at first, so that events are met in their middle.
    fc.integer({ min: 1, max: 200_000 }).map((length) => JSON.stringify({ event: 'x'.repeat(length) })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 6 }), fc.boolean(), async (lines, isWhole) => {
      await writeFile(path, `${lines.join('\n')}${isWhole ? '\n' : ''}`);
      assert.deepEqual(await readLastEvent(path), (await readEvents(path)).events.at(-1));
    }),
    { numRuns: 60, seed: 7 },
  );
});

test('a file that is missing or empty has no last event', async () => {
  assert.equal(await readLastEvent(join(folder, 'nowhere')), undefined);
  await writeFile(join(folder, 'empty'), '');
  assert.equal(await readLastEvent(join(folder, 'empty')), undefined);
});

test('P24: an event after one that a full disk took half of is a line of its own', async (t) => {
  const path = join(folder, 'torn.ndjson');
  const other = await open(join(folder, 'other'), 'w');
  const handles = Object.getPrototypeOf(other) as typeof other;
  await other.close();
  const log = await EventLog.open(path);
  await log.append({ event: 'started' });
  const mocked = t.mock.method(handles, 'appendFile', async function (this: typeof other, line: string) {
    await this.write(line.slice(0, line.length >> 1));
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  });
  await assert.rejects(log.append({ event: 'progress' }), {
    code: 'save-failed',
    message: /the disk is full/u,
  });
  mocked.mock.restore();
  await log.append({ event: 'error' });
  await log.close();
  assert.deepEqual((await readEvents(path)).events, [{ event: 'started' }, { event: 'error' }]);
});
