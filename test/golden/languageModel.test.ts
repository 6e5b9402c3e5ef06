import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { activationRegularization } from '../../src/engine/ops/activationRegularization';
import { languageModelConfig, scaleDropouts } from '../../src/model/awdLstmConfig';
import { convertWeights } from '../../src/model/convertWeights';
import { LanguageModel } from '../../src/model/languageModel';
import { assignVariables } from '../../src/model/namedTensors';
import { assertClose, timeMajor, toNamedTensors } from './compare';
import { engines, useEngine } from './engines';
import { flatten, golden } from './goldenFile';

const vector = golden.lm;

/** fastai's state-dict name → ours; copies that fastai keeps twice are left out. */
function renamed(name: string): string | undefined {
  if (name === '0.encoder_dp.emb.weight' || name === '1.decoder.weight') return undefined;
  if (name.endsWith('.module.weight_hh_l0')) return undefined;
  return name === '1.decoder.bias' ? 'decoder.bias' : name.replace(/^0\./, '');
}

function goldenModel(): LanguageModel {
  const config = { ...scaleDropouts(languageModelConfig, 0), embSz: 4, nHid: 5 };
  const model = new LanguageModel(config, 24, 1);
  assignVariables(model.variables, toNamedTensors(vector.weights, renamed));
  return model;
}

function input(rows: readonly (readonly number[])[]): tf.Tensor2D {
  const { ids, time, batch } = timeMajor(rows);
  return tf.tensor2d(ids, [time, batch], 'int32');
}

/** Logits in fastai's order `[batch, time, vocab]`. */
function logits(model: LanguageModel, rows: readonly (readonly number[])[]): tf.Tensor {
  const output = model.forward(input(rows));
  const [time, batch, width] = output.shape;
  const flat = model.logits(tf.reshape(output, [time * batch, width]));
  return tf.transpose(tf.reshape(flat, [time, batch, -1]), [1, 0, 2]);
}

for (const engine of engines) {
  describe(`the language model on ${engine}`, () => {
    before(() => useEngine(engine));

    test('logits equal those of fastai from zero state, with carried state and after another batch size', () => {
      const model = goldenModel();
      assertClose(logits(model, vector.x1), vector.logits1, 'logits1');
      vector.hidden_after1.forEach((layer, index) => {
        assertClose(model.state?.[index]?.h ?? [], layer[0] ?? [], `h of layer ${index}`);
        assertClose(model.state?.[index]?.c ?? [], layer[1] ?? [], `c of layer ${index}`);
      });
      assertClose(logits(model, vector.x2), vector.logits2_carried, 'logits2');
      assertClose(logits(model, vector.x3_bs2), vector.logits3_after_bs_change, 'logits3');
    });

    test('loss, AR, TAR, accuracy and every gradient equal those of fastai', () => {
      const targets = tf.tensor1d(timeMajor(vector.y1).ids, 'int32');
      const evaluated = goldenModel();
      const { correct } = evaluated.crossEntropy(evaluated.forward(input(vector.x1)), targets);
      assert.equal(correct.dataSync()[0], vector.accuracy * targets.size);
      const model = goldenModel();
      const window = { start: tf.tensor1d([0, 0, 0], 'int32'), end: tf.tensor1d([5, 5, 5], 'int32') };
      const { grads } = tf.variableGrads(() => {
        const output = model.forward(input(vector.x1));
        const { loss } = model.crossEntropy(output, targets);
        assertClose(loss, [vector.ce], 'cross-entropy');
        assertClose(activationRegularization(output, window, { alpha: 2, beta: 0 }), [vector.ar], 'AR');
        assertClose(activationRegularization(output, window, { alpha: 0, beta: 1 }), [vector.tar], 'TAR');
        return tf.add<tf.Scalar>(loss, activationRegularization(output, window, { alpha: 2, beta: 1 }));
      });
      const wanted = Object.entries(vector.grads);
      assert.equal(wanted.length, model.variables.size);
      for (const [name, gradient] of wanted) {
        const variable = model.variables.get(renamed(name) ?? '');
        assert.ok(variable, name);
        assertClose(grads[variable.name] ?? [], gradient, name);
      }
    });
  });
}

test('weights move to another vocab as fastai converts them', () => {
  const { old_emb, old_bias, old_itos, new_itos, out } = golden.convert_weights;
  const emb = flatten(old_emb);
  const tensors = new Map([
    ['encoder.weight', { shape: [...emb.shape], data: emb.values }],
    ['decoder.bias', { shape: [old_bias.length], data: Float32Array.from(old_bias) }],
    ['rnns.0.weight_hh_l0_raw', { shape: [1], data: Float32Array.of(7) }],
  ]);
  const { tensors: converted, knownWords } = convertWeights(tensors, old_itos, new_itos);
  assertClose(converted.get('encoder.weight')?.data ?? [], out['0.encoder.weight'], 'embedding');
  assertClose(converted.get('decoder.bias')?.data ?? [], out['1.decoder.bias'], 'bias');
  assert.deepEqual(converted.get('encoder.weight')?.shape, flatten(out['0.encoder.weight']).shape);
  assert.equal(converted.get('rnns.0.weight_hh_l0_raw'), tensors.get('rnns.0.weight_hh_l0_raw'));
  assert.equal(knownWords, new_itos.filter((word) => old_itos.includes(word)).length);
});
