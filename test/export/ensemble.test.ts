import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import type { Classifier } from '../../src/classifier/classifier';
import { classify } from '../../src/classifier/classify';
import { explain } from '../../src/classifier/explain';
import { intrinsicAttention } from '../../src/classifier/intrinsicAttention';
import { readClassifier } from '../../src/classifier/readClassifier';
import { UlmfitClassifier } from '../../src/classifier/ulmfitClassifier';
import { InferenceSession, Tensor } from './onnxRuntime';
import { useEngine } from '../../src/engine/engines';
import { onnxModel } from '../../src/model/onnxExport/writeOnnxModel';
import { saveClassifier } from '../../src/model/savedClassifier';
import type { TextClassifier } from '../../src/model/textClassifier';
import { saveEnsembleOf } from '../../src/store/ensemble';
import { writeFastaiFiles } from '../../src/store/foreign/writeFastai';
import { Store } from '../../src/store/store';
import { tokenizeFields } from '../../src/text/tokenize';
import { Vocab } from '../../src/text/vocab';
import { smallClasses, smallClassifier, smallVocab } from './smallModels';

before(() => useEngine('reference'));

// The second member has learnt from other texts: it knows other words, in another order.
const otherVocab = Vocab.fromStrings([
  ...smallVocab.itos.slice(0, 9),
  ...smallVocab.itos.slice(9).toReversed().slice(5),
  ...['w100', 'w101', 'w102', 'w103', 'w104'],
]);
const texts = ['w5 w6 w7', 'w9', 'w38 w39 w100 w101', 'W20 w21 w22 w23 w24 w25 w26 w27 w28 w29 w30', ''].map(
  (text) => [text],
);

async function ensemble(t: TestContext, name = 'both'): Promise<{ store: Store; saved: Classifier }> {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-ensemble-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const store = new Store(folder);
  const facts = { lineage: {}, metrics: {}, classes: smallClasses };
  await saveClassifier(store, 'fwd', smallClassifier(3, { bptt: 4, maxLen: 8 }), smallVocab, facts);
  const backward: TextClassifier = smallClassifier(4, { bptt: 4, maxLen: 8 });
  await saveClassifier(store, 'bwd', backward, otherVocab, { ...facts, backwards: true });
  await saveEnsembleOf(store, 'both', ['fwd', 'bwd']);
  return { store, saved: await readClassifier(store, name) };
}

describe('an ensemble of a forward and a backward classifier', () => {
  test('gives the mean of their probabilities', async (t) => {
    const { store, saved } = await ensemble(t);
    const together = await classify(saved, texts, { bs: 2 });
    const forward = await classify(await readClassifier(store, 'fwd'), texts);
    const backward = await classify(await readClassifier(store, 'bwd'), texts);
    together.forEach(({ label, probabilities }, i) => {
      for (const [name, probability] of probabilities) {
        const mean =
          ((forward[i]?.probabilities.get(name) ?? NaN) + (backward[i]?.probabilities.get(name) ?? NaN)) / 2;
        assert.ok(Math.abs(probability - mean) < 1e-6);
      }
      assert.equal(probabilities.get(label), Math.max(...probabilities.values()));
    });
  });

  test('a backward classifier reads each text from its end', async (t) => {
    const { store } = await ensemble(t);
    const backward = await readClassifier(store, 'bwd');
    assert.ok(backward instanceof UlmfitClassifier && backward.backwards);
    const ids = otherVocab.numericalize(tokenizeFields(['w5 w6 w7']));
    const turned = intrinsicAttention(backward.model, ids.toReversed());
    const { label, probability, tokens } = await explain(backward, ['w5 w6 w7']);
    assert.equal(label, smallClasses[turned.classIndex]);
    assert.ok(Math.abs(probability - turned.probability) < 1e-6);
    assert.deepEqual(
      tokens.map(({ token }) => token),
      ['xxbos', 'w5', 'w6', 'w7'],
    );
    const weights = tokens.map(({ weight }) => weight);
    turned.attention.toReversed().forEach((weight, i) => {
      assert.ok(Math.abs(weight - (weights[i] ?? NaN)) < 1e-6);
    });
  });

  test('explains its most probable class by the mean of their weights, over the tokens that either pools', async (t) => {
    const { saved } = await ensemble(t);
    const text = ['w20 w21 w22 w23 w24 w25 w26 w27 w28 w29 w30'];
    const [answer] = await classify(saved, [text]);
    const { label, probability, tokens } = await explain(saved, text);
    assert.equal(label, answer?.label);
    assert.ok(Math.abs(probability - (answer?.probabilities.get(label) ?? NaN)) < 1e-6);
    // 12 tokens: the one pools the last 8, the other the first 8.
    assert.equal(tokens.length, 12);
    assert.equal(Math.max(...tokens.map(({ weight }) => weight)), 1);
  });

  for (const name of ['both', 'bwd']) {
    test(`the ONNX file of “${name}” answers the same for tokens in the order of the text`, async (t) => {
      const { store, saved } = await ensemble(t, name);
      const { bytes, vocab } = onnxModel(await store.models.load(name), 'float32');
      const numbers = new Map(vocab.map((word, id) => [word, id]));
      const rows = texts.map((fields) =>
        tokenizeFields(fields).map((token) => BigInt(numbers.get(token) ?? 0)),
      );
      const time = Math.max(...rows.map(({ length }) => length));
      const ids = rows.flatMap((row) => [...row, ...new Array<bigint>(time - row.length).fill(3n)]);
      const session = await InferenceSession.create(bytes);
      const { probabilities } = await session.run({
        ids: new Tensor('int64', BigInt64Array.from(ids), [rows.length, time]),
        lengths: new Tensor(
          'int64',
          BigInt64Array.from(rows, ({ length }) => BigInt(length)),
          [rows.length],
        ),
      });
      const wanted = (await classify(saved, texts)).flatMap((answer) => [...answer.probabilities.values()]);
      wanted.forEach((value, i) => {
        assert.ok(Math.abs(value - Number(probabilities?.data[i])) < 1e-5);
      });
    });
  }

  test('is written for fastai as its members, with a README that says so', async (t) => {
    const { store } = await ensemble(t);
    const target = join(store.root, 'out');
    await writeFastaiFiles(await store.models.load('both'), target);
    assert.deepEqual((await readdir(target)).sort(), [
      'README.md',
      'classes.json',
      'classifier2_fastai1.pth',
      'classifier2_fastai2.pth',
      'classifier_fastai1.pth',
      'classifier_fastai2.pth',
      'itos.pkl',
      'itos2.pkl',
    ]);
    const readme = readFileSync(join(target, 'README.md'), 'utf8');
    assert.match(readme, /ensemble/u);
    assert.match(readme, /reads backwards/u);
  });
});
