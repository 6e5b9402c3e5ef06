import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { maximumBatch } from './limits';
import { maximumNameLength } from '../options/values';
import { notifications, requests, type NotificationMethod, type RequestMethod } from './requests';

const tooLong = 'x'.repeat(maximumNameLength + 1);
const accepts = (method: RequestMethod, params: unknown) => v.is(requests[method].params, params);

describe('P13: parameters are bounded and checked', () => {
  const right: [RequestMethod, unknown][] = [
    ['preview', { path: 'a.csv' }],
    ['preview', { path: 'a.csv', delimiter: ';', encoding: 'latin1' }],
    ['explain', { model: 'm', text: '', label: 'a' }],
    ['classify', { task: 't', model: 'm', texts: ['a'] }],
    ['classify-file', { task: 't', model: 'm', file: 'a.txt', out: 'b.csv' }],
    ['find-lr', { task: 't', data: ['a.csv'], pretrained: 'e', bs: 'auto' }],
    ['find-classifier-lr', { encoder: 'e', data: ['a.csv'] }],
    ['cancel-task', { task: 't' }],
  ];
  const wrong: [RequestMethod, unknown][] = [
    ['preview', {}],
    ['preview', { path: '' }],
    ['preview', { path: 'a.csv', encoding: tooLong }],
    ['explain', { model: 'm' }],
    ['explain', { model: 'm', text: 'a', label: 1 }],
    ['classify', { task: '', model: 'm', texts: ['a'] }],
    ['classify', { task: tooLong, model: 'm', texts: ['a'] }],
    ['classify', { model: 'm', texts: new Array(maximumBatch + 1).fill('') }],
    ['classify-file', { model: 'm', file: 'a.txt' }],
    ['find-lr', { data: [] }],
    ['find-classifier-lr', { data: ['a.csv'] }],
    ['find-lr', { data: ['a.csv'], bptt: 0 }],
    ['find-lr', { data: ['a.csv'], unknown: 1 }],
    ['cancel-task', {}],
  ];
  for (const [method, params] of right) {
    test(`${method} takes ${JSON.stringify(params)}`, () => {
      assert.ok(accepts(method, params));
    });
  }
  for (const [method, params] of wrong) {
    test(`${method} refuses ${JSON.stringify(params).slice(0, 80)}`, () => {
      assert.ok(!accepts(method, params));
    });
  }

  test('progress of a task is a name and two counts', () => {
    const schema = notifications['task-progress'];
    assert.ok(v.is(schema, { task: 't', done: 0, total: 3 }));
    for (const params of [{}, { task: 't', done: -1, total: 3 }, { task: 't', done: 0.5, total: 3 }]) {
      assert.ok(!v.is(schema, params));
    }
  });

  test('whatever arrives is checked without an exception', () => {
    const methods = Object.keys(requests) as RequestMethod[];
    const told = Object.keys(notifications) as NotificationMethod[];
    fc.assert(
      fc.property(
        fc.constantFrom(...methods),
        fc.constantFrom(...told),
        fc.anything(),
        (asked, tells, any) => {
          v.safeParse(requests[asked].params, any);
          v.safeParse(requests[asked].result, any);
          v.safeParse(notifications[tells], any);
        },
      ),
      { seed: 20240607, numRuns: 500 },
    );
  });
});
