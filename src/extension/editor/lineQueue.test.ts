import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerCache, LineQueue } from './lineQueue';

function queueOf(batchSize: number, onBatch: (queue: LineQueue<string>) => void = () => undefined) {
  const batches: string[][] = [];
  const answers = new AnswerCache<string>(1000);
  const queue = new LineQueue<string>({
    ask: async (texts) => {
      batches.push([...texts]);
      await Promise.resolve();
      onBatch(queue);
      return texts.map((text) => text.toUpperCase());
    },
    batchSize,
    batchLength: 100,
    answers,
    onAnswers: () => undefined,
  });
  return { queue, batches, answers };
}

test('what can be seen is asked first, in a batch of its own', async () => {
  const { queue, batches, answers } = queueOf(3);
  queue.add(['a', 'b', 'c', 'd', 'e']);
  queue.addUrgent(['d', 'x']);
  await queue.run();
  assert.deepEqual(batches, [['d', 'x'], ['a', 'b', 'c'], ['e']]);
  assert.equal(answers.get('x'), 'X');
});

test('a text is asked once, however often it is added', async () => {
  const { queue, batches } = queueOf(10);
  queue.add(['a', 'a', 'b']);
  await queue.run();
  queue.add(['b', 'a', 'c']);
  queue.addUrgent(['a']);
  await queue.run();
  assert.deepEqual(batches, [['a', 'b'], ['c']]);
});

test('lines that were scrolled past wait with the rest', async () => {
  const { queue, batches } = queueOf(1);
  queue.addUrgent(['a', 'b']);
  queue.addUrgent(['c']);
  await queue.run();
  assert.deepEqual(batches, [['c'], ['a'], ['b']]);
});

test('what becomes visible during the work goes before the rest', async () => {
  let scrolled = false;
  const { queue, batches } = queueOf(1, (working) => {
    if (!scrolled) working.addUrgent(['c']);
    scrolled = true;
  });
  queue.add(['a', 'b', 'c']);
  await queue.run();
  assert.deepEqual(batches, [['a'], ['c'], ['b']]);
});

test('after a cancellation nothing more is asked, and what was answered stays', async () => {
  const { queue, batches, answers } = queueOf(2, (working) => {
    working.cancel();
  });
  queue.add(['a', 'b', 'c', 'd']);
  await queue.run();
  assert.deepEqual(batches, [['a', 'b']]);
  assert.equal(answers.get('b'), 'B');
  assert.equal(queue.size, 0);
});

test('an error ends the work and empties the queue, and the next run starts anew', async () => {
  let fails = true;
  const { queue, batches } = queueOf(1, () => {
    if (fails) throw new Error('gone');
  });
  queue.add(['a', 'b']);
  await assert.rejects(queue.run(), /gone/u);
  assert.equal(queue.size, 0);
  fails = false;
  queue.add(['b']);
  await queue.run();
  assert.deepEqual(batches, [['a'], ['b']]);
});

test('long lines come in smaller batches', async () => {
  const { queue, batches } = queueOf(10);
  queue.add(['x'.repeat(60), 'y'.repeat(60), 'z']);
  await queue.run();
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [1, 2],
  );
});

test('ten thousand lines are queued and answered in no time', async () => {
  const { queue, answers } = queueOf(64);
  const start = performance.now();
  queue.add(Array.from({ length: 10_000 }, (_, i) => `line ${i}`));
  await queue.run();
  assert.equal(answers.get('line 9999'), 'LINE 9999');
  assert.ok(performance.now() - start < 1000);
});

test('the cache forgets the oldest answers', () => {
  const cache = new AnswerCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 3);
  cache.set('c', 4);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [3, undefined, 4]);
});
