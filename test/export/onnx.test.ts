import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { InferenceSession, Tensor } from './onnxRuntime';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../../src/engine/engines';
import { onnxModel } from '../../src/model/onnxExport/writeOnnxModel';
import { saveClassifier } from '../../src/model/savedClassifier';
import { saveEncoder } from '../../src/model/savedEncoder';
import { timeMajorTensor } from '../../src/model/timeMajor';
import type { TextClassifier } from '../../src/model/textClassifier';
import { Store } from '../../src/store/store';
import { smallClasses, smallClassifier, smallLanguageModel, smallTexts, smallVocab } from './smallModels';

before(() => useEngine('reference'));

const facts = { lineage: {}, metrics: {} };

function temporaryStore(t: TestContext): Store {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-onnx-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return new Store(folder);
}

function ourAnswer(model: TextClassifier, text: Int32Array): number[] {
  return tf.tidy(() => {
    const batch = { ids: timeMajorTensor(text, 1, text.length), lengths: [text.length] };
    return [...tf.softmax(model.forward(batch, false).logits).dataSync()];
  });
}

/** The texts in one batch; what stands after a text's end is no id at all of the vocab's. */
function batchInputs(texts: readonly Int32Array[]): { ids: Tensor; lengths: Tensor } {
  const time = Math.max(...texts.map(({ length }) => length));
  const ids = new BigInt64Array(texts.length * time).fill(7n);
  texts.forEach((text, row) => {
    text.forEach((id, t) => (ids[row * time + t] = BigInt(id)));
  });
  const lengths = BigInt64Array.from(texts, ({ length }) => BigInt(length));
  return {
    ids: new Tensor('int64', ids, [texts.length, time]),
    lengths: new Tensor('int64', lengths, [texts.length]),
  };
}

function largestDifference(found: ArrayLike<number>, wanted: readonly number[]): number {
  assert.equal(found.length, wanted.length);
  return wanted.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (found[i] ?? NaN))), 0);
}

async function outputOf(
  session: InferenceSession,
  name: string,
  texts: readonly Int32Array[],
): Promise<Float32Array> {
  const results = await session.run({ ...batchInputs(texts) });
  const data = results[name]?.data;
  assert.ok(data instanceof Float32Array);
  return data;
}

describe('an exported ONNX file', () => {
  // bptt 5 and maxLen 12: texts that are pooled whole, in part, and of which not even the beginning is read.
  const settings = { bptt: 5, maxLen: 12 };
  const texts = smallTexts([1, 4, 5, 12, 13, 16, 17, 18, 60, 71, 72, 73, 74, 75, 76, 77, 78, 140]);

  for (const [precision, tolerance] of [
    ['float32', 1e-5],
    ['int8', 0.02],
  ] as const) {
    test(`gives our classifier's probabilities for texts of every length, side by side, in ${precision}`, async (t) => {
      const store = temporaryStore(t);
      const model = smallClassifier(5, settings);
      await saveClassifier(store, 'topics', model, smallVocab, { ...facts, classes: smallClasses });
      const { bytes, vocab } = onnxModel(await store.models.load('topics'), precision);
      assert.deepEqual(vocab, smallVocab.itos);
      const session = await InferenceSession.create(bytes);
      const wanted = texts.flatMap((text) => ourAnswer(model, text));
      const difference = largestDifference(await outputOf(session, 'probabilities', texts), wanted);
      assert.ok(difference < tolerance, `differs by ${difference}`);
      for (const text of texts.slice(0, 9)) {
        const alone = await outputOf(session, 'probabilities', [text]);
        assert.ok(largestDifference(alone, ourAnswer(model, text)) < tolerance);
      }
    });
  }

  test('of more than 2 GB is refused, with what to do instead', async (t) => {
    const store = temporaryStore(t);
    await saveEncoder(store, 'words', smallLanguageModel(6), smallVocab, facts);
    const entry = await store.encoders.load('words');
    const huge = { shape: [1_500_000, 400], data: new Float32Array() };
    const tensors = new Map([...entry.tensors, ['encoder.weight', huge] as const]);
    assert.throws(() => onnxModel({ ...entry, tensors }, 'float32'), {
      code: 'unsupported-format',
      remedy: /8-bit/u,
    });
  });

  test('of an encoder gives its output for each token', async (t) => {
    const store = temporaryStore(t);
    const model = smallLanguageModel(6);
    await saveEncoder(store, 'words', model, smallVocab, facts);
    const { bytes } = onnxModel(await store.encoders.load('words'), 'float32');
    const session = await InferenceSession.create(bytes);
    const [long = new Int32Array(), short = new Int32Array()] = smallTexts([9, 4]);
    const found = await outputOf(session, 'features', [long, short]);
    for (const [row, text] of [long, short].entries()) {
      model.reset();
      const wanted = [...model.forward(timeMajorTensor(text, 1, text.length)).dataSync()];
      const part = found.subarray(row * 9 * 20, row * 9 * 20 + wanted.length);
      assert.ok(largestDifference(part, wanted) < 1e-5);
    }
    assert.ok(found.subarray((9 + 4) * 20).every((value) => value === 0));
  });
});
