import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignHand } from './ownership';

test('P21: files of this user and of root are trusted, and only if nobody else may write to them', () => {
  const file = (uid: number, mode: number) => ({ uid: BigInt(uid), mode: BigInt(mode) });
  assert.equal(foreignHand(file(1000, 0o100644), 1000), undefined);
  assert.equal(foreignHand(file(0, 0o40755), 1000), undefined);
  assert.equal(foreignHand(file(1001, 0o100600), 1000), 'owner');
  assert.equal(foreignHand(file(1000, 0o100600), 0), 'owner');
  assert.equal(foreignHand(file(1000, 0o100620), 1000), 'mode');
  assert.equal(foreignHand(file(0, 0o40757), 1000), 'mode');
});

test('Windows has neither owners by number nor such modes', () => {
  assert.equal(foreignHand({ uid: 0n, mode: 0o100666n }, undefined), undefined);
});
