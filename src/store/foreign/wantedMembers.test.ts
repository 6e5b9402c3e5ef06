import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOfEachKind } from './wantedMembers';

test('P3: of an archive no member is held that would not be read', () => {
  const held = (needsWords: boolean, ...members: [name: string, size?: number][]) => {
    const wanted = firstOfEachKind(needsWords);
    return members.filter(([name, size = 1]) => wanted(name, size)).map(([name]) => name);
  };
  const members: [string][] = [
    ['model/readme.json'],
    ['model/._lstm.pth'],
    ['model/lstm.pth'],
    ['model/other.pth'],
    ['model/itos.pkl'],
    ['model/other.pkl'],
    ['model/vocab.json'],
    ['model/vocab2.json'],
  ];
  assert.deepEqual(held(true, ...members), ['model/lstm.pth', 'model/itos.pkl', 'model/vocab.json']);
  assert.deepEqual(held(false, ...members), ['model/lstm.pth']);
  assert.deepEqual(held(true, ['databunch.pkl', 2 ** 30], ['lstm.pth', 2 ** 31]), ['lstm.pth']);
});
