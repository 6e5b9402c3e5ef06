import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { explain } from '../../src/classifier/explain';
import { intrinsicAttention } from '../../src/classifier/intrinsicAttention';
import { UlmfitClassifier } from '../../src/classifier/ulmfitClassifier';
import { Vocab } from '../../src/text/vocab';
import { classifierTrace, trainedClassifier } from './classifierTrace';
import { assertClose } from './compare';
import { engines, useEngine } from './engines';

for (const engine of engines) {
  describe(`intrinsic attention on ${engine}`, () => {
    before(() => useEngine(engine));

    test('every token weighs as much as in fastai, for the predicted class and for each other', () => {
      const model = trainedClassifier();
      for (const { text, ids, probs, cases } of classifierTrace.intrinsic_attention) {
        for (const { class_id: classId, attention } of cases) {
          const ours = intrinsicAttention(model, Int32Array.from(ids), classId ?? undefined);
          assert.equal(ours.classIndex, classId ?? probs.indexOf(Math.max(...probs)), text);
          assertClose([ours.probability], [probs[ours.classIndex] ?? NaN], text);
          assertClose(ours.attention, attention, `${text}, class ${classId ?? 'predicted'}`, { rtol: 1e-3 });
        }
      }
    });

    test('an explanation names the tokens, markers included', async () => {
      const { itos, classifier, intrinsic_attention: wanted } = classifierTrace;
      const vocab = Vocab.fromStrings(itos);
      const saved = new UlmfitClassifier(trainedClassifier(), vocab, classifier.classes, false);
      const [first] = wanted;
      assert.ok(first);
      const { label, probability, tokens } = await explain(saved, [first.text]);
      assert.deepEqual(
        tokens.map(({ token }) => token),
        ['xxbos', 'refund', 'please'],
      );
      assert.equal(label, classifier.classes[0]);
      assert.ok(Math.abs(probability - (first.probs[0] ?? NaN)) < 1e-4);
      assert.equal(Math.max(...tokens.map(({ weight }) => weight)), 1);
      assert.equal((await explain(saved, [first.text], classifier.classes[2])).label, classifier.classes[2]);
      await assert.rejects(explain(saved, [first.text], 'weather'), {
        code: 'bad-setting',
        remedy: new RegExp(classifier.classes.join(', '), 'u'),
      });
    });

    test('of a text longer than is pooled, the pooled tokens are explained, with the probability that it gets', () => {
      const model = trainedClassifier(10);
      for (const { max_len: maxLen, ids, probs } of classifierTrace.truncation.last_max_len_pooled) {
        if (maxLen !== 10) continue;
        const { attention, probability } = intrinsicAttention(model, Int32Array.from(ids));
        assert.equal(attention.length, maxLen);
        assertClose([probability], [Math.max(...probs)], 'probability');
      }
    });
  });
}
