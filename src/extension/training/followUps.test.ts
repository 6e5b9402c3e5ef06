import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RunEvent } from '../../protocol/events';
import type { RunView } from '../runView';
import { FollowUps, type Memory } from './followUps';
import { isRepeatedCrash, ResumeOffers } from './resumeOffers';

class TestMemory implements Memory {
  readonly #kept = new Map<string, string>();

  get(key: string): unknown {
    const text = this.#kept.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  update(key: string, value: unknown): Promise<void> {
    this.#kept.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}

const classifier = { name: 'spam', encoder: 'mail', data: ['a.csv'] };
const result: RunEvent = { event: 'result', run: 'r', kind: 'encoder', name: 'mail', metrics: {} };
const cancelled: RunEvent = { event: 'cancelled', mode: 'discard' };
const paused: RunEvent = { event: 'paused', step: 3 };
const failed: RunEvent = { event: 'error', code: 'trainer-failed', message: 'm', remedy: 'r' };

describe('a classifier that waits for its encoder', () => {
  test('is trained when the run is done, once', async () => {
    const followUps = new FollowUps(new TestMemory());
    await followUps.add('r', classifier);
    assert.equal(await followUps.handle('other', result), undefined);
    assert.deepEqual(await followUps.handle('r', result), classifier);
    assert.equal(await followUps.handle('r', result), undefined);
  });

  test('waits through a pause, a failure and a reload of the window', async () => {
    const memory = new TestMemory();
    await new FollowUps(memory).add('r', classifier);
    for (const event of [paused, failed]) {
      assert.equal(await new FollowUps(memory).handle('r', event), undefined);
    }
    assert.deepEqual(await new FollowUps(memory).handle('r', result), classifier);
  });

  test('goes with a run that is discarded', async () => {
    const followUps = new FollowUps(new TestMemory());
    await followUps.add('r', classifier);
    await followUps.add('s', classifier);
    assert.equal(await followUps.handle('r', cancelled), undefined);
    assert.equal(await followUps.handle('r', result), undefined);
    await followUps.remove('s');
    assert.equal(await followUps.handle('s', result), undefined);
  });
});

function view(id: string, status: RunView['status'], step = 0): RunView {
  const progress = {
    event: 'progress',
    part: 'train',
    phase: 1,
    epoch: 1,
    batch: 1,
    batches: 2,
    step,
  } as const;
  return { id, kind: 'encoder', name: id, createdAt: '2024-06-07T00:00:00Z', status, epochs: [], progress };
}

describe('offering to resume', () => {
  test('each interruption is offered once, also to the next window', async () => {
    const memory = new TestMemory();
    const runs = [view('new', 'interrupted'), view('old', 'interrupted'), view('done', 'done')];
    assert.equal((await new ResumeOffers(memory).next(runs))?.id, 'new');
    assert.equal(await new ResumeOffers(memory).next(runs), undefined);
  });

  test('a run that got further and was interrupted again is offered again', async () => {
    const offers = new ResumeOffers(new TestMemory());
    await offers.next([view('r', 'interrupted', 5)]);
    assert.equal((await offers.next([view('r', 'interrupted', 9)]))?.id, 'r');
  });

  test('what runs, paused or ended is not offered', async () => {
    const offers = new ResumeOffers(new TestMemory());
    const others = ['running', 'not-responding', 'done', 'failed', 'cancelled', 'paused'] as const;
    assert.equal(await offers.next(others.map((status) => view(status, status))), undefined);
  });

  test('the same step failing twice is not tried a third time', () => {
    const site = { run: 'r', step: 7 };
    assert.equal(isRepeatedCrash(undefined, site), false);
    assert.equal(isRepeatedCrash(site, { run: 'r', step: 8 }), false);
    assert.equal(isRepeatedCrash(site, { run: 's', step: 7 }), false);
    assert.equal(isRepeatedCrash(site, { run: 'r', step: 7 }), true);
  });
});
