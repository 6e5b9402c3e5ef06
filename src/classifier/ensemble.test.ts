import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Classifier } from './classifier';
import { classify } from './classify';
import { Ensemble } from './ensemble';
import { evaluate } from './evaluate';
import { explain } from './explain';

/** A kind of its own: it answers by one keyword. */
function keyword(word: string, sure: number): Classifier {
  return {
    classes: ['yes', 'no'],
    predict: (texts) =>
      Promise.resolve(
        texts.map(([text = '']) => {
          const yes = text.split(' ').includes(word) ? sure : 1 - sure;
          return Float32Array.of(yes, 1 - yes);
        }),
      ),
    explain([text = '']) {
      const tokens = text.split(' ');
      const weights = Float32Array.from(tokens, (token) => Number(token === word));
      return Promise.resolve({ tokens, weights, start: 0, end: tokens.length });
    },
    dispose: () => undefined,
  };
}

test('an ensemble answers with the weighted mean of its members', async () => {
  const ensemble = new Ensemble([
    { classifier: keyword('rain', 1), weight: 0.75 },
    { classifier: keyword('sun', 1), weight: 0.25 },
  ]);
  const answers = await classify(ensemble, [['rain'], ['sun'], ['rain sun'], ['snow']]);
  assert.deepEqual(
    answers.map(({ label, probabilities }) => [label, probabilities.get('yes')]),
    [
      ['yes', 0.75],
      ['no', 0.25],
      ['yes', 1],
      ['no', 0],
    ],
  );
});

test('its explanation weighs the members as its answer does', async () => {
  const ensemble = new Ensemble([
    { classifier: keyword('rain', 1), weight: 0.75 },
    { classifier: keyword('sun', 1), weight: 0.25 },
  ]);
  const { label, tokens } = await explain(ensemble, ['rain and sun']);
  assert.equal(label, 'yes');
  assert.deepEqual(
    tokens.map(({ token, weight }) => [token, Math.round(weight * 300)]),
    [
      ['rain', 300],
      ['and', 0],
      ['sun', 100],
    ],
  );
});

test('progress of an ensemble never goes back, and ends with all texts', async () => {
  const counting: Classifier = {
    ...keyword('rain', 1),
    predict: (texts, { onProgress } = {}) => {
      texts.forEach((_, i) => onProgress?.(i + 1));
      return Promise.resolve(texts.map(() => Float32Array.of(1, 0)));
    },
  };
  const told: number[] = [];
  const options = { onProgress: (done: number) => void told.push(done) };
  await Ensemble.ofEqual([counting, counting]).predict([['a'], ['b'], ['c']], options);
  assert.deepEqual(
    told,
    [...told].sort((a, b) => a - b),
  );
  assert.equal(told.at(-1), 3);
});

test('a kind of model that the others know nothing of is evaluated, with all probabilities', async () => {
  const { accuracy, confusion, loss, predictions } = await evaluate(
    keyword('rain', 0.8),
    [['rain'], ['sun'], ['rain']],
    Int32Array.of(0, 1, 1),
  );
  assert.equal(accuracy, 2 / 3);
  assert.deepEqual(confusion, [
    [1, 0],
    [1, 1],
  ]);
  assert.ok(Math.abs(loss - -(2 * Math.log(0.8) + Math.log(0.2)) / 3) < 1e-6);
  assert.ok(Math.abs((predictions[2]?.probabilities[1] ?? NaN) - 0.2) < 1e-6);
});

test('a kind of model that cannot explain itself says so', async () => {
  const silent = keyword('rain', 1);
  delete silent.explain;
  await assert.rejects(explain(silent, ['rain']), {
    code: 'bad-setting',
    message: /which words/u,
  });
});
