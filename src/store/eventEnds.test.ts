import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { readEventEnds, readLastEvent } from './eventEnds';
import { readEvents } from './readEvents';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ulmfit-events-'));
});
after(() => rm(folder, { recursive: true }));

const longName = (length: number) => JSON.stringify({ event: 'error', message: 'x'.repeat(length) });

test('P22: the last event read from the end is the last of all events', async () => {
  const path = join(folder, 'events.ndjson');
  const line = fc.oneof(
    fc.constantFrom('', '[]', 'no event', '{"event":', '{"event":"error"}', '{"event":"ü😀"}', '{}'),
    fc.constantFrom('{"event":"progress","step":1}', '{"event":"result","metrics":{}}', '{"no":"name"}'),
    // Longer than what is read at first, so that events are met in their middle.
    fc.integer({ min: 1, max: 200_000 }).map(longName),
    fc.integer({ min: 1, max: 200_000 }).map((length) => 'x'.repeat(length)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), async (lines, isWhole) => {
      await writeFile(path, `${lines.join('\n')}${isWhole ? '\n' : ''}`);
      const expected = (await readEvents(path)).events.at(-1);
      for (const last of [await readLastEvent(path), (await readEventEnds(path)).last.at(-1)])
        assert.equal(last?.['event'], expected?.['event']);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('a file that is missing or empty has no last event', async () => {
  assert.equal(await readLastEvent(join(folder, 'nowhere')), undefined);
  await writeFile(join(folder, 'empty'), '');
  assert.equal(await readLastEvent(join(folder, 'empty')), undefined);
});

test('P22: of a long result the end tells the metrics, without the lists that can have megabytes', async () => {
  const path = join(folder, 'long');
  const classes = Array.from({ length: 2000 }, (_, i) => `class ${i}, "quoted"`);
  const confusion = classes.map(() => classes.map(() => 0));
  const facts = { event: 'result', name: 'a ,"classes":[ b', metrics: { accuracy: 0.5 } };
  const progress = '{"event":"progress","step":1}\n'.repeat(10_000);
  await writeFile(path, `${progress}${JSON.stringify({ ...facts, classes, confusion })}\n`);
  assert.deepEqual(await readLastEvent(path), facts);
});

test('P22: what a machine that lost its power leaves at the end hides no event', async () => {
  const path = join(folder, 'power');
  await writeFile(path, `${'{"event":"progress","step":1}\n'.repeat(10_000)}{"event":"paused","step":1}\n`);
  await truncate(path, 700_000);
  assert.deepEqual(await readLastEvent(path), { event: 'paused', step: 1 });
});

test('P22: a file that ends in no event for longer than an event can be is corrupt', async () => {
  const path = join(folder, 'nonsense');
  for (const line of ['\n', '{\n', '{"event":"progress"\n', `${'x'.repeat(100_000)}\n`]) {
    await writeFile(path, `{"event":"started"}\n${line.repeat(Math.ceil(4_000_000 / line.length))}`);
    if (line.length > 1000)
      assert.equal((await readLastEvent(path).catch(() => undefined))?.['event'], undefined);
    else await assert.rejects(readLastEvent(path), { code: 'corrupt-file' });
  }
});
