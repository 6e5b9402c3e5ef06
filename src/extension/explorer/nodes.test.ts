import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draggedEncoders } from './draggedNodes';
import { isExplorerNode, nodeKey, nodesOf } from './nodes';

const mail = { kind: 'encoder', name: 'mail' } as const;
const tickets = { kind: 'model', name: 'tickets' } as const;

test('a menu is about all that is selected, or else the line it was opened on', () => {
  assert.deepEqual(nodesOf(mail, [mail, tickets]), [mail, tickets]);
  assert.deepEqual(nodesOf(mail, undefined), [mail]);
  assert.deepEqual(nodesOf(undefined, undefined), []);
});

test('arguments that are no nodes are nobody', () => {
  for (const value of [null, 'mail', 5, {}, { kind: 'encoder' }, { kind: 'folder', name: 'x' }]) {
    assert.equal(isExplorerNode(value), false);
    assert.deepEqual(nodesOf(value, [value]), []);
  }
});

test('something broken keeps the identity of what it should have been', () => {
  assert.equal(nodeKey({ kind: 'broken', name: 'mail', brokenKind: 'encoder' }), nodeKey(mail));
  assert.notEqual(nodeKey(tickets), nodeKey({ kind: 'encoder', name: 'tickets' }));
});

test('only encoders can be dropped on the models', () => {
  assert.deepEqual(draggedEncoders(JSON.stringify([mail, tickets, 7])), [mail]);
  for (const other of ['', 'file:///tmp/x.csv', 'null', '{"id":"ulmfit.encoders","itemHandles":["0/0"]}']) {
    assert.deepEqual(draggedEncoders(other), []);
  }
});
