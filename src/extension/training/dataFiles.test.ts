import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dataChoices, isDataFile } from './dataFiles';

const paths = (files: readonly string[], first?: string) => dataChoices(files, first).map(({ path }) => path);
const texts = (folder: string, count: number) =>
  Array.from({ length: count }, (_, i) => join(folder, `${i}.txt`));

describe('data to choose from', () => {
  test('only files with rows are offered', () => {
    assert.ok(isDataFile('a/B.CSV') && isDataFile('x.jsonl') && isDataFile('x.txt'));
    assert.ok(!isDataFile('a.ts') && !isDataFile('csv') && !isDataFile('.csv'));
    assert.deepEqual(paths(['b.tsv', 'main.py', 'a.csv', 'a.csv']), ['a.csv', 'b.tsv']);
  });

  test('the file being looked at comes first, also from outside of the workspace', () => {
    assert.deepEqual(paths(['a.csv', 'b.csv'], 'b.csv'), ['b.csv', 'a.csv']);
    assert.deepEqual(paths(['a.csv'], join('elsewhere', 'z.jsonl')), [join('elsewhere', 'z.jsonl'), 'a.csv']);
    assert.deepEqual(paths(['a.csv'], 'main.ts'), ['a.csv']);
  });

  test('folders of texts beside each other are one data set with a label each', () => {
    const files = [...texts(join('mail', 'ham'), 3), ...texts(join('mail', 'spam'), 3)];
    assert.deepEqual(dataChoices(files), [{ path: 'mail', kind: 'folder', texts: 6 }]);
    const looking = files[2] ?? '';
    assert.deepEqual(paths(files, looking), [looking, 'mail']);
  });

  test('a folder by itself is offered as it is, and a few notes are none', () => {
    assert.deepEqual(dataChoices(texts(join('all', 'texts'), 5))[0], {
      path: join('all', 'texts'),
      kind: 'folder',
      texts: 5,
    });
    assert.ok(dataChoices(texts('notes', 3)).every(({ kind }) => kind === 'file'));
  });
});
