import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engine/engines';
import { tinyClassifier, tinyVocab } from '../model/tinyModels';
import { specialTokens } from '../text/specialTokens';
import { Vocab } from '../text/vocab';
import { classify } from './classify';
import { UlmfitClassifier } from './ulmfitClassifier';

before(() => useEngine('onnx', 1));

const vocab = Vocab.fromStrings([
  ...specialTokens,
  ...Array.from({ length: tinyVocab - specialTokens.length }, (_, i) => `w${i}`),
]);
const classes = ['a', '__proto__', 'c'];

describe('classifying texts', () => {
  test('keeps their order and gives each the answer it gets alone, whatever the batch size', async () => {
    const saved = new UlmfitClassifier(tinyClassifier(), vocab, classes, false);
    const word = fc.integer({ min: 0, max: 10 }).map((n) => `w${n}`);
    const text = fc.array(word, { maxLength: 30 }).map((words) => [words.join(' ')]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 7 }),
        fc.integer({ min: 1, max: 5 }),
        async (texts, bs) => {
          const together = await classify(saved, texts, { bs });
          assert.equal(together.length, texts.length);
          for (const [i, each] of texts.entries()) {
            const [alone] = await classify(saved, [each]);
            for (const [name, probability] of alone?.probabilities ?? []) {
              const found = together[i]?.probabilities.get(name) ?? NaN;
              assert.ok(Math.abs(found - probability) < 1e-5);
            }
          }
        },
      ),
      { seed: 20240607, numRuns: 15 },
    );
  });

  test('names the class with the highest probability, which sum to 1', async () => {
    const saved = new UlmfitClassifier(tinyClassifier(), vocab, classes, false);
    for (const { label, probabilities } of await classify(saved, [['w1 w2'], ['w5'], ['']])) {
      assert.deepEqual([...probabilities.keys()], classes);
      const values = [...probabilities.values()];
      assert.ok(Math.abs(values.reduce((a, b) => a + b) - 1) < 1e-5);
      assert.equal(probabilities.get(label), Math.max(...values));
    }
  });

  test('tells how far it is, and can be stopped', async () => {
    const saved = new UlmfitClassifier(tinyClassifier(), vocab, classes, false);
    const texts = Array.from({ length: 7 }, (_, i) => [`w${i}`]);
    const done: number[] = [];
    const before = tf.memory().numTensors;
    await classify(saved, texts, { bs: 3, onProgress: (count) => void done.push(count) });
    assert.deepEqual(done, [3, 6, 7]);
    assert.equal(tf.memory().numTensors, before, 'no tensor is kept');
    await assert.rejects(classify(saved, texts, { bs: 3, shouldStop: () => true }), { code: 'cancelled' });
  });
});
