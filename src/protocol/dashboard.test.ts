import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostChosenRuns, parseMessageFromPage, parseMessageToPage, parsePageState } from './dashboard';

test('messages of the page are taken as they are declared', () => {
  for (const message of [
    { type: 'ready', chosen: ['a'] },
    { type: 'choose', chosen: [] },
    { type: 'act', action: 'discard', run: 'a' },
    { type: 'start', what: 'sample' },
    { type: 'problem', text: 'x' },
  ]) {
    assert.deepEqual(parseMessageFromPage(message), message);
  }
});

test('a page cannot name a command, or choose without end', () => {
  assert.equal(parseMessageFromPage({ type: 'act', action: 'delete', run: 'a' }), undefined);
  assert.equal(parseMessageFromPage({ type: 'start', what: 'workbench.action.terminal.new' }), undefined);
  const chosen = Array.from({ length: mostChosenRuns + 1 }, (_, i) => String(i));
  assert.equal(parseMessageFromPage({ type: 'choose', chosen }), undefined);
});

test('P13: whatever arrives is a message or nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.equal(parseMessageFromPage(value), undefined);
      assert.equal(parseMessageToPage(value), undefined);
      assert.ok(Array.isArray(parsePageState(value).chosen));
    }),
    { seed: 20240607, numRuns: 500 },
  );
});

test('an update carries events that are checked one by one', () => {
  const update = (event: unknown) => ({ type: 'update', replays: [], events: [{ run: 'r', event }] });
  assert.ok(parseMessageToPage(update({ event: 'paused', step: 3 })));
  assert.equal(parseMessageToPage(update({ event: 'paused', step: 'three' })), undefined);
});

test('a kept state that does not fit falls back part by part', () => {
  assert.deepEqual(parsePageState({ chosen: 3, tables: ['loss'], focus: 'a' }), {
    chosen: [],
    tables: ['loss'],
    focus: 'a',
  });
});
