import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { formatTask, parseTask, type Task } from './taskFile';

const path = resolve('work', 'ulmfit.json');
const folder = resolve('work');

function problem(text: string): UlmfitError {
  try {
    parseTask(text, path);
  } catch (error) {
    assert.ok(error instanceof UlmfitError);
    assert.ok(error.remedy.length > 0);
    return error;
  }
  throw new Error('The text was taken for a task.');
}

describe('reading a task file', () => {
  test('paths are relative to the file, and what is left out has its default', () => {
    const { languageModel, classifier } = parseTask(
      JSON.stringify({
        languageModel: { name: 'mail', data: ['mails.csv', './more'], valid: '../held-out.csv' },
        classifier: { name: 'spam', data: ['mails.csv'], label: 'label' },
      }),
      path,
    );
    assert.deepEqual(languageModel?.data, [join(folder, 'mails.csv'), join(folder, 'more')]);
    assert.equal(languageModel.valid, resolve('held-out.csv'));
    assert.equal(languageModel.bptt, 70);
    assert.deepEqual(classifier?.data, [join(folder, 'mails.csv')]);
  });

  test('a classifier takes the encoder that is trained before it, unless it names one', () => {
    const languageModel = { name: 'mail', data: ['a.csv'] };
    const classifier = { name: 'spam', data: ['a.csv'] };
    const read = (task: object) => parseTask(JSON.stringify(task), path).classifier?.encoder;
    assert.equal(read({ languageModel, classifier }), 'mail');
    assert.equal(read({ languageModel, classifier: { ...classifier, encoder: 'other' } }), 'other');
    assert.equal(read({ classifier: { ...classifier, encoder: 'other' } }), 'other');
    assert.match(problem(JSON.stringify({ classifier })).message, /"classifier\.encoder": it is missing/);
  });

  test('an absolute path stays, and a byte order mark is passed over', () => {
    const data = [resolve('elsewhere', 'a.csv')];
    assert.deepEqual(
      parseTask(`\uFEFF${JSON.stringify({ languageModel: { name: 'n', data } })}`, path).languageModel?.data,
      data,
    );
  });

  test('what is no JSON is told with its line', () => {
    const { code, message } = problem('{\n  "languageModel": {\n    "name": oops\n  }\n}');
    assert.equal(code, 'malformed-row');
    assert.ok(message.startsWith(`${path}:3 is not JSON`), message);
    assert.match(problem('').message, /is not JSON/);
    assert.ok(problem('{\n "a": 1,\n}\n\n').message.startsWith(`${path}:3 `));
    assert.ok(problem('{\n "a": "b\n"}').message.startsWith(`${path}:2 `));
    assert.ok(problem('{}\n{}').message.startsWith(`${path}:2 `));
    assert.ok(problem('{\n "a": {\n').message.startsWith(`${path}:3 `));
  });

  const wrong: [string, unknown, RegExp][] = [
    [
      'a setting that does not exist',
      { languageModel: { name: 'n', data: ['a'], epoch: 3 } },
      /"languageModel\.epoch": there is no such setting/,
    ],
    ['a part that does not exist', { model: {} }, /"model": there is no such setting/],
    ['a name that is missing', { languageModel: { data: ['a'] } }, /"languageModel\.name"/],
    [
      'a name that cannot be one',
      { languageModel: { name: '../x', data: ['a'] } },
      /"languageModel\.name": .*cannot be a name/,
    ],
    ['no data', { languageModel: { name: 'n', data: [] } }, /"languageModel\.data"/],
    [
      'a number out of its range',
      { languageModel: { name: 'n', data: ['a'], validPct: 2 } },
      /"languageModel\.validPct"/,
    ],
    ['a number among texts', { languageModel: { name: 'n', data: ['a', 1] } }, /"languageModel\.data\.1"/],
    [
      'epochs that are no list',
      { classifier: { name: 'n', encoder: 'e', data: ['a'], epochs: 3 } },
      /"classifier\.epochs"/,
    ],
    ['nothing to train', {}, /says nothing to train/],
    ['a list', [], /must be an object/],
    ['null', null, /Expected Object|Invalid type/],
  ];
  for (const [what, content, expected] of wrong) {
    test(`${what} is refused and named`, () => {
      const { code, message } = problem(JSON.stringify(content));
      assert.equal(code, 'bad-setting');
      assert.match(message, expected);
      assert.ok(message.startsWith(path));
    });
  }

  test('whatever the text, it is a task or an error for the user', () => {
    const tail = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(tail, (text) => {
        try {
          parseTask(text, path);
        } catch (error) {
          assert.ok(error instanceof UlmfitError);
        }
      }),
      { seed: 20240607, numRuns: 500 },
    );
  });
});

describe('writing a task file', () => {
  test('paths become relative to it, with / on every platform', () => {
    const text = formatTask(
      {
        languageModel: {
          name: 'mail',
          data: [join(folder, 'data', 'mails.csv'), folder, resolve('beside.csv')],
          valid: join(folder, 'valid.csv'),
        },
      },
      path,
    );
    const { languageModel } = JSON.parse(text) as { languageModel: { data: string[]; valid: string } };
    assert.deepEqual(languageModel.data, ['data/mails.csv', '.', '../beside.csv']);
    assert.equal(languageModel.valid, 'valid.csv');
  });

  test('a path far away stays absolute', () => {
    const deep = resolve('a', 'b', 'c', 'd', 'ulmfit.json');
    const data = [resolve('elsewhere', 'mails.csv')];
    const text = formatTask({ languageModel: { name: 'mail', data } }, deep);
    assert.deepEqual((JSON.parse(text) as { languageModel: { data: string[] } }).languageModel.data, data);
  });

  test('what is written is read as the same task', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,12}$/u);
    const file = name.map((each) => join(folder, `${each}.csv`));
    const encoder = fc.record({
      name,
      data: fc.array(file, { minLength: 1, maxLength: 3 }),
      text: fc.array(name, { minLength: 1, maxLength: 2 }),
      epochs: fc.integer({ min: 1, max: 9 }),
      lr: fc.double({ min: 1e-5, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(encoder, name, file, (languageModel, classifierName, data) => {
        const classifier = { name: classifierName, encoder: languageModel.name, data: [data] };
        const task: Task = { languageModel, classifier };
        const once = parseTask(formatTask(task, path), path);
        assert.deepEqual(once.languageModel?.data, languageModel.data);
        assert.equal(once.languageModel.lr, languageModel.lr);
        assert.deepEqual(parseTask(formatTask(once, path), path), once);
      }),
      { seed: 20240607, numRuns: 100 },
    );
  });
});
