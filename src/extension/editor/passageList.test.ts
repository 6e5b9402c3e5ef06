import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PassageList, type Passage } from './passageList';

function passage(start: number, text: string): Passage {
  const answer = {
    label: 'ham',
    probability: 1,
    probabilities: [{ label: 'ham', probability: 1 }],
    model: 'mail',
  };
  return { span: { start, end: start + text.length }, text, answer };
}

test('classifying a part again replaces what was said of it', () => {
  const list = new PassageList();
  list.add([passage(0, 'one'), passage(10, 'two')]);
  list.add([passage(1, 'ne and more')]);
  assert.deepEqual(
    list.all.map(({ text }) => text),
    ['ne and more'],
  );
});

test('passages move with the text before them and go when their own text changes', () => {
  const list = new PassageList();
  list.add([passage(0, 'one'), passage(10, 'two'), passage(20, 'three')]);
  // Several cursors: VS Code tells of the last place first.
  list.follow([
    { start: 12, length: 0, inserted: 1 },
    { start: 5, length: 1, inserted: 0 },
  ]);
  assert.deepEqual(
    list.all.map(({ text, span }) => [text, span.start]),
    [
      ['one', 0],
      ['three', 20],
    ],
  );
});

test('an explanation reaches its passage wherever it moved, and nothing else', () => {
  const list = new PassageList();
  const explained = passage(5, 'one');
  list.add([explained, passage(15, 'two')]);
  list.follow([{ start: 0, length: 0, inserted: 2 }]);
  list.explain(explained, [{ span: { start: 0, end: 3 }, weight: 1 }]);
  assert.deepEqual(
    list.all.map(({ words, span }) => [words?.length, span.start]),
    [
      [1, 7],
      [undefined, 17],
    ],
  );
});
