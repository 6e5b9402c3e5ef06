import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engine/engines';
import { RandomStream } from '../random';
import { tinyLanguageModel, tinyText, tinyVocab } from '../model/tinyModels';
import { specialTokens, unkId } from '../text/specialTokens';
import { Vocab } from '../text/vocab';
import { beamSearch, searchBeams } from './beamSearch';
import { generate, nextLogits, promptIds, withNewWords } from './generate';
import { draw, samplingWeights, softmax } from './sampling';

before(() => useEngine('onnx', 1));

const vocab = Vocab.fromStrings([
  ...specialTokens,
  ...Array.from({ length: tinyVocab - specialTokens.length }, (_, i) => `w${i}`),
]);

/** A language model with opinions, which depend on what it has read: a new one takes every word for as likely as any other. */
function model() {
  const made = tinyLanguageModel();
  for (const [name, variable] of made.variables) {
    variable.assign(tf.mul(variable, name === 'encoder.weight' ? 20 : 4));
  }
  const biases = Float32Array.from({ length: tinyVocab }, (_, id) => (id < specialTokens.length ? -20 : 0));
  made.decoderBias.assign(tf.tensor1d(biases));
  return made;
}

describe('generating text', () => {
  test('backwards reads the prompt from its end and puts the new words before it', async () => {
    const forwards = promptIds(vocab, 'w1 w2 w3', false);
    const [start, ...words] = forwards;
    assert.deepEqual(promptIds(vocab, 'w1 w2 w3', true), [start, ...words.toReversed()]);
    assert.deepEqual(withNewWords('w3', ['w2', 'w1', 'xxmaj'], true), ['W1', 'w2', 'w3']);
    const text = await generate(model(), vocab, 'w1 w2', 4, { seed: 7, backwards: true });
    assert.match(text, /^(w\d+ ){4}w1 w2$/u);
  });

  test('is a function of the seed, and gives the prompt back as it was', async () => {
    const language = model();
    const write = (seed: number) => generate(language, vocab, 'w1  W2 w3', 12, { seed });
    const first = await write(7);
    assert.ok(first.startsWith('w1  W2 w3 w'));
    assert.equal(first.slice('w1  W2 w3 '.length).split(' ').length, 12);
    tf.dispose(language.forward(tf.tensor2d([[12], [13]], [2, 1], 'int32')));
    assert.equal(await write(7), first, 'whatever was read before');
    assert.notEqual(await write(8), first);
  });

  test('draws every word from what the whole text so far makes likely; near temperature zero, the likeliest', async () => {
    const language = model();
    for (const temperature of [1, 1e-9]) {
      const text = await generate(language, vocab, 'w1', 15, { temperature, seed: 3 });
      const random = RandomStream.named(3, 'generate');
      let ids: number[] = Array.from(vocab.numericalize(['xxbos', 'w1']));
      for (const word of text.split(' ').slice(1)) {
        const logits = nextLogits(language, [ids]);
        language.reset();
        const drawn = draw(samplingWeights(logits, { temperature }), random.uniform());
        assert.equal(word, vocab.itos[drawn]);
        if (temperature < 1) assert.equal(drawn, logits.indexOf(Math.max(...logits.subarray(1))));
        ids = [...ids, drawn];
      }
    }
  });

  test('never writes xxunk unless it is allowed to', async () => {
    const language = model();
    const biases = Float32Array.from({ length: tinyVocab }, (_, id) => (id === unkId ? 50 : 0));
    language.decoderBias.assign(tf.tensor1d(biases));
    assert.doesNotMatch(await generate(language, vocab, 'w1', 20), /xxunk/u);
    assert.match(await generate(language, vocab, 'w1', 20, { noUnk: false }), /xxunk/u);
  });

  test('does nothing for no words, can be stopped, and leaves neither state nor tensors', async () => {
    const language = model();
    assert.equal(await generate(language, vocab, 'w1 w2', 0), 'w1 w2');
    const before = tf.memory().numTensors;
    let asked = 0;
    const stopped = await generate(language, vocab, 'w1', 50, { shouldStop: () => ++asked > 3 });
    assert.equal(stopped.split(' ').length, 4);
    assert.equal(language.state, undefined);
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('beam search', () => {
  const prompt = Array.from(tinyText(4));

  test('scores a beam with −log of the probability of all its words', async () => {
    const language = model();
    const beams = await searchBeams(language, prompt, 3, { topK: 3, beamSize: 5 });
    assert.equal(beams.length, 5);
    for (const { tokens, score } of beams) {
      let cost = 0;
      tokens.forEach((token, i) => {
        language.reset();
        const logits = nextLogits(language, [[...prompt, ...tokens.slice(0, i)]]);
        cost -= Math.log(softmax(logits)[token] ?? NaN);
      });
      assert.ok(Math.abs(cost - score) < 1e-4, `${score} is not ${cost}`);
    }
    assert.deepEqual(
      beams.map(({ score }) => score),
      beams.map(({ score }) => score).sort((a, b) => a - b),
    );
  });

  test('finds the likeliest sequence of all when no beam is cut', async () => {
    const language = model();
    const wide = await searchBeams(language, prompt, 2, { topK: tinyVocab, beamSize: tinyVocab ** 2 });
    const narrow = await searchBeams(language, prompt, 2, { topK: 2, beamSize: 2 });
    assert.ok((wide[0]?.score ?? NaN) <= (narrow[0]?.score ?? NaN) + 1e-6);
    assert.equal(wide.length, (tinyVocab - 1) ** 2, 'every pair of words but xxunk');
  });

  test('is a function of the seed, and leaves neither state nor tensors', async () => {
    const language = model();
    const write = (seed: number) => beamSearch(language, vocab, 'w1 w2', 6, { seed, beamSize: 20 });
    const before = tf.memory().numTensors;
    const first = await write(1);
    assert.equal(await write(1), first);
    assert.ok(first.startsWith('w1 w2 '));
    let differs = false;
    for (let seed = 2; seed < 6; seed++) differs ||= (await write(seed)) !== first;
    assert.ok(differs);
    assert.equal(tf.memory().numTensors, before);
    assert.equal(language.state, undefined);
  });
});
