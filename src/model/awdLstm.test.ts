import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engine/engines';
import { languageModelConfig } from './awdLstmConfig';
import { AwdLstm } from './awdLstm';
import { DropoutKeys } from './dropoutKeys';
import { timeMajorIds, tinySizes, tinyText, tinyVocab } from './tinyModels';

const config = { ...languageModelConfig, ...tinySizes };
const without = { outputP: 0, hiddenP: 0, inputP: 0, embedP: 0, weightP: 0 };
const ids = () => timeMajorIds([tinyText(12, 1), tinyText(12, 2)]);

function assertSame(actual: tf.Tensor, expected: tf.Tensor): void {
  const wanted = expected.dataSync();
  assert.deepEqual(actual.shape, expected.shape);
  actual.dataSync().forEach((value, i) => {
    assert.ok(Math.abs(value - (wanted[i] ?? NaN)) < 1e-6, `${i}: ${value}, not ${wanted[i] ?? ''}`);
  });
}

for (const engine of ['reference', 'onnx'] as const) {
  describe(`AWD-LSTM on ${engine}`, () => {
    before(() => useEngine(engine));

    test('evaluates the same every time', () => {
      const model = new AwdLstm(config, tinyVocab, 1);
      const first = model.forward(ids()).output.dataSync();
      assert.deepEqual(model.forward(ids()).output.dataSync(), first);
    });

    test('a state carried from stretch to stretch gives what one long pass gives', () => {
      const model = new AwdLstm(config, tinyVocab, 1);
      const whole = model.forward(ids());
      const parts: tf.Tensor3D[] = [];
      let state: Parameters<AwdLstm['forward']>[1];
      for (const [from, steps] of [
        [0, 5],
        [5, 1],
        [6, 6],
      ] as const) {
        const part = model.forward(tf.slice(ids(), [from, 0], [steps, 2]), state);
        parts.push(part.output);
        state = part.state;
      }
      assertSame(tf.concat(parts, 0), whole.output);
      whole.state.forEach(({ h, c }, layer) => {
        assertSame(state?.[layer]?.h ?? tf.scalar(NaN), h);
        assertSame(state?.[layer]?.c ?? tf.scalar(NaN), c);
      });
    });

    test('another batch size begins from zeros', () => {
      const model = new AwdLstm(config, tinyVocab, 1);
      const { state } = model.forward(ids());
      const three = timeMajorIds([1, 2, 3].map((seed) => tinyText(4, seed)));
      assertSame(model.forward(three, state).output, model.forward(three).output);
      const two = timeMajorIds([1, 2].map((seed) => tinyText(4, seed)));
      assert.notDeepEqual(
        model.forward(two, state).output.dataSync(),
        model.forward(two).output.dataSync(),
        'the state of the same batch size is used',
      );
    });

    test('no gradient goes back beyond a stretch', () => {
      const model = new AwdLstm({ ...config, ...without }, tinyVocab, 1);
      const early = Int32Array.of(10);
      const gradientOf = (names: 'carried' | 'whole') =>
        tf
          .variableGrads(() => {
            const rest = timeMajorIds([Int32Array.of(11, 12)]);
            if (names === 'whole')
              return tf.sum(model.forward(timeMajorIds([Int32Array.of(10, 11, 12)])).output);
            return tf.sum(model.forward(rest, model.forward(timeMajorIds([early])).state).output);
          }, [model.embeddingWeight])
          .grads[model.embeddingWeight.name]?.arraySync() as number[][];
      assert.ok(gradientOf('carried')[10]?.every((value) => value === 0));
      assert.ok(gradientOf('whole')[10]?.some((value) => value !== 0));
    });

    for (const [name, rates] of [
      ['embedding', { embedP: 0.5 }],
      ['input', { inputP: 0.5 }],
      ['hidden', { hiddenP: 0.5 }],
      ['weight', { weightP: 0.5 }],
    ] as const) {
      test(`${name} dropout is drawn anew by each forward pass, and again the same from the same counter`, () => {
        const model = new AwdLstm({ ...config, ...without, ...rates }, tinyVocab, 1);
        const keys = new DropoutKeys(1);
        const first = model.forward(ids(), undefined, keys).output.dataSync();
        assert.notDeepEqual(model.forward(ids(), undefined, keys).output.dataSync(), first);
        assert.deepEqual(model.forward(ids(), undefined, new DropoutKeys(1)).output.dataSync(), first);
        assert.notDeepEqual(model.forward(ids()).output.dataSync(), first);
      });
    }

    test('input dropout takes the same features of a sequence at every step', () => {
      const model = new AwdLstm({ ...config, ...without, inputP: 0.5, nLayers: 1 }, tinyVocab, 1);
      // The same word at every step, and an LSTM that forgets: equal inputs give equal outputs.
      for (const name of ['weight_hh_l0_raw']) {
        const variable = model.layers[0]?.get(`rnns.0.${name}`);
        variable?.assign(tf.zerosLike(variable));
      }
      const bias = model.layers[0]?.get('rnns.0.module.bias_ih_l0');
      const forgetting = Float32Array.from({ length: 24 }, (_, gate) => (gate >= 6 && gate < 12 ? -100 : 0));
      bias?.assign(tf.tensor1d(forgetting));
      const word = new Int32Array(4).fill(12);
      const output = model.forward(timeMajorIds([word, word]), undefined, new DropoutKeys(2)).output;
      const steps = output.arraySync();
      for (const step of steps.slice(1)) assert.deepEqual(step, steps[0]);
      assert.notDeepEqual(steps[0]?.[0], steps[0]?.[1], 'the two sequences have masks of their own');
    });
  });
}

test('a new model has a zero vector for padding, and weights within fastai’s bounds', () => {
  const model = new AwdLstm(config, tinyVocab, 1);
  const rows = model.embeddingWeight.arraySync();
  assert.ok(rows[config.padToken]?.every((value) => value === 0));
  const largest = (values: ArrayLike<number>) =>
    Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const embedding = largest(model.embeddingWeight.dataSync());
  assert.ok(embedding <= 0.1 && embedding > 0.09);
  model.layers.forEach((layer, index) => {
    const bound = 1 / Math.sqrt(index === config.nLayers - 1 ? config.embSz : config.nHid);
    for (const [name, variable] of layer) {
      const found = largest(variable.dataSync());
      assert.ok(found <= bound && found > 0.8 * bound, name);
    }
  });
});
