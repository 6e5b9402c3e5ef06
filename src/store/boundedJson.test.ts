import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { JsonTooDeepError, parseBoundedJson } from './boundedJson';

describe('parseBoundedJson', () => {
  test('P3: brackets without end are given up at the first too many', () => {
    for (const part of ['[', '{"a":', '[{"a":', '[[],']) {
      const text = part.repeat(1_000_000);
      assert.throws(() => parseBoundedJson(text, 64), JsonTooDeepError);
    }
  });

  test('depth counts what lies in each other, and nothing inside strings', () => {
    assert.deepEqual(parseBoundedJson('[[1],[2,{"a":"[[[\\"[["}]]', 3), [[1], [2, { a: '[[["[[' }]]);
    assert.throws(() => parseBoundedJson('[[1],[2,{"a":1}]]', 2), JsonTooDeepError);
    assert.throws(() => parseBoundedJson('"[', 9), SyntaxError);
    assert.equal(parseBoundedJson('"\\\\"', 0), '\\');
    assert.throws(() => parseBoundedJson(']]]]', 9), SyntaxError);
  });

  test('any JSON that is not too deep is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.deepEqual(parseBoundedJson(text, 1000), JSON.parse(text));
      }),
      { seed: 11 },
    );
  });
});
