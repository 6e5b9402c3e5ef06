import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { longestLine } from './eventLines';
import { EventLog } from './eventLog';
import { forEachEvent, readEvents } from './readEvents';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ulmfit-read-events-'));
});
after(() => rm(folder, { recursive: true }));

const progress = (step: number) => JSON.stringify({ event: 'progress', part: 'train', step });

test('P22: of very many events all but progress are read, and progress evenly', async () => {
  const path = join(folder, 'many');
  const lines = Array.from({ length: 50_000 }, (_, i) => (i % 1000 === 0 ? epochOf(i) : progress(i)));
  await writeFile(path, `${['{"event":"started"}', ...lines, '{"event":"result"}'].join('\n')}\n`);
  const { events, broken } = await readEvents(path);
  assert.deepEqual(broken, []);
  assert.equal(events.filter(({ event }) => event === 'epoch').length, 50);
  assert.deepEqual([events[0], events.at(-1)], [{ event: 'started' }, { event: 'result' }]);
  const steps = events.flatMap(({ event, step }) => (event === 'progress' ? [Number(step)] : []));
  assert.ok(steps.length >= 2000 && steps.length <= 4001, `${steps.length} of progress`);
  assert.deepEqual([steps[0], steps.at(-1)], [1, 49_999]);
  const gaps = steps.slice(1).map((step, i) => step - (steps[i] ?? 0));
  assert.ok(Math.max(...gaps) <= 20, `a gap of ${Math.max(...gaps)} steps`);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
});

function epochOf(step: number): string {
  return JSON.stringify({ event: 'epoch', epoch: step / 1000 });
}

test('P22: a line longer than any event is a broken line, and what comes after it is read', async () => {
  const path = join(folder, 'long');
  await writeFile(path, '{"event":"started"}\n');
  await truncate(path, longestLine + 1000);
  await appendFile(path, '\n{"event":"result"}\n');
  assert.deepEqual(await readEvents(path), {
    events: [{ event: 'started' }, { event: 'result' }],
    broken: [2],
  });
});

test('P22: a file of any size is gone through while other work goes on, with bounded memory', async () => {
  const path = join(folder, 'large');
  await writeFile(path, `${progress(1)}\n`.repeat(200_000));
  let turns = 0;
  let counted = 0;
  const timer = setInterval(() => turns++, 0);
  await forEachEvent(path, new Set(['progress']), () => counted++);
  clearInterval(timer);
  assert.equal(counted, 200_000);
  assert.ok(turns > 5, `${turns} turns of the event loop`);
});

test('P22: the log goes on after its half last line is cut off, of a file of any size', async () => {
  const path = join(folder, 'half');
  await writeFile(path, `${progress(1)}\n`.repeat(100_000));
  const { size } = await stat(path);
  await appendFile(path, '{"event":"epo');
  const log = await EventLog.open(path);
  assert.equal((await stat(path)).size, size);
  await log.append({ event: 'paused' });
  await log.close();
  assert.deepEqual((await readEvents(path)).events.at(-1), { event: 'paused' });
});

test('P22: what is no half event is not cut off, and the log goes on after it', async () => {
  const path = join(folder, 'not ours');
  await writeFile(path, '');
  await truncate(path, longestLine + 1000);
  const log = await EventLog.open(path);
  await log.append({ event: 'paused' });
  await log.close();
  assert.ok((await stat(path)).size > longestLine + 1000);
  assert.deepEqual(await readEvents(path), { events: [{ event: 'paused' }], broken: [1] });
});
