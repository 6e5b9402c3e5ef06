import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engine/engines';
import { DropoutKeys } from './dropoutKeys';
import type { TextClassifier } from './textClassifier';
import { timeMajorIds, tinyClassifier, tinyText } from './tinyModels';

function probabilities(model: TextClassifier, texts: readonly Int32Array[]): number[][] {
  return tf.tidy(() => {
    const batch = { ids: timeMajorIds(texts), lengths: texts.map(({ length }) => length) };
    return tf.softmax(model.forward(batch, false).logits).arraySync();
  });
}

function assertClose(actual: readonly number[] | undefined, expected: readonly number[] | undefined): void {
  assert.equal(actual?.length, expected?.length);
  expected?.forEach((value, i) => {
    assert.ok(Math.abs((actual?.[i] ?? NaN) - value) < 1e-5, `${String(actual)} is not ${String(expected)}`);
  });
}

for (const engine of ['reference', 'onnx'] as const) {
  describe(`the classifier on ${engine}`, () => {
    before(() => useEngine(engine));

    test('gives a text the same answer whatever stands beside it, long or short', () => {
      const model = tinyClassifier({ maxLen: 12 });
      const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(lengths, fc.nat(), (sizes, seed) => {
          const texts = sizes.map((length, i) => tinyText(length, seed + i));
          const together = probabilities(model, texts);
          texts.forEach((text, row) => {
            assertClose(together[row], probabilities(model, [text])[0]);
          });
        }),
        { seed: 20240607, numRuns: engine === 'onnx' ? 25 : 8 },
      );
    });

    test('pools the last maxLen tokens, with the state that the tokens before them left', () => {
      const [text, maxLen] = [tinyText(43), 12];
      const cut = tinyClassifier({ maxLen });
      const whole = tinyClassifier({ maxLen: 1000 });
      const { output } = whole.forward({ ids: timeMajorIds([text]), lengths: [43] }, false);
      const last = tf.slice(output, [43 - maxLen, 0, 0], [maxLen, 1, -1]);
      const { pooled } = cut.forward({ ids: timeMajorIds([text]), lengths: [43] }, false);
      const expected = tf.concat(
        [tf.slice(output, [42, 0, 0], [1, 1, -1]), tf.max(last, 0), tf.mean(last, 0)].map((part) =>
          tf.reshape(part, [-1]),
        ),
      );
      assertClose([...pooled.dataSync()], [...expected.dataSync()]);
    });

    test('what stands very far before the pooled part no longer counts', () => {
      const model = tinyClassifier({ maxLen: 20, bptt: 10 });
      const end = tinyText(150, 1);
      const answers = [2, 3].map((seed) => {
        const text = new Int32Array(1150);
        text.set(tinyText(1000, seed));
        text.set(end, 1000);
        return probabilities(model, [text])[0];
      });
      assert.deepEqual(answers[0], answers[1]);
      assertClose(answers[0], probabilities(model, [end])[0]);
    });

    test('the gradient reaches the chunks that are pooled, and none before', () => {
      const model = tinyClassifier({ maxLen: 10, bptt: 5 });
      // Each part of the text has words of its own: 9, 10, 11 are read for the state alone.
      const text = Int32Array.from({ length: 25 }, (_, t) => 9 + Math.floor(t / 5));
      const batch = () => ({ ids: timeMajorIds([text, text.subarray(0, 3)]), lengths: [25, 3] });
      const weight = model.encoder.embeddingWeight;
      const { grads } = tf.variableGrads(
        () => tf.sum<tf.Scalar>(tf.square(model.forward(batch(), false).logits)),
        [weight],
      );
      const rows = grads[weight.name]?.arraySync() as number[][];
      const reached = rows.flatMap((row, id) => (row.some((value) => value !== 0) ? [id] : []));
      // Row 1 is pooled from its beginning, so its word 9 is reached; those of row 0 before its window are not.
      assert.deepEqual(reached, [9, 12, 13]);
    });

    test('what is read for the state alone leaves nothing for the gradient', () => {
      const model = tinyClassifier({ maxLen: 20 });
      const tensorsDuring = (length: number) => {
        let count = 0;
        const { value, grads } = tf.variableGrads(() => {
          const batch = { ids: timeMajorIds([tinyText(length)]), lengths: [length] };
          const loss = tf.sum<tf.Scalar>(model.forward(batch, false).logits);
          count = tf.memory().numTensors;
          return loss;
        });
        tf.dispose([value, grads]);
        return count;
      };
      assert.equal(tensorsDuring(115), tensorsDuring(45));
    });

    test('a training step on a batch of one text is finite, and leaves the running statistics', () => {
      const model = tinyClassifier();
      const statistics = () => [...model.head.variables].filter(([name]) => name.includes('running'));
      const before = statistics().map(([, variable]) => variable.dataSync().slice());
      const { logits } = model.forward(
        { ids: timeMajorIds([tinyText(9)]), lengths: [9] },
        true,
        new DropoutKeys(1),
      );
      assert.ok(logits.dataSync().every(Number.isFinite));
      assert.deepEqual(
        statistics().map(([, variable]) => variable.dataSync()),
        before,
      );
    });

    test('lets every tensor go', () => {
      const model = tinyClassifier({ maxLen: 12 });
      const texts = [tinyText(61), tinyText(30), tinyText(4)];
      probabilities(model, texts);
      const before = tf.memory().numTensors;
      probabilities(model, texts);
      assert.equal(tf.memory().numTensors, before);
      const batch = () => ({ ids: timeMajorIds(texts), lengths: [61, 30, 4] });
      const { value, grads } = tf.variableGrads(() =>
        tf.sum<tf.Scalar>(model.forward(batch(), true, new DropoutKeys(1)).logits),
      );
      tf.dispose([value, grads]);
      assert.equal(tf.memory().numTensors, before);
    });
  });
}
