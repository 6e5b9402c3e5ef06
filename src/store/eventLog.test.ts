import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EventLog } from './eventLog';
import { readEvents } from './readEvents';

test('P24: an event after one that a full disk took half of is a line of its own', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
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
