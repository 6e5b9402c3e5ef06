/** A model is its weights: what one engine has trained, the other continues and classifies with the same numbers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { ClassifierBatches } from '../../src/data/classifierBatches';
import { LanguageModelBatches } from '../../src/data/languageModelBatches';
import { type EngineChoice, useEngine } from '../../src/engine/engines';
import { RandomStream } from '../../src/random';
import { classifierConfig, languageModelConfig } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import type { NamedTensors } from '../../src/model/namedTensors';
import { readVariables } from '../../src/model/namedTensors';
import { TextClassifier } from '../../src/model/textClassifier';
import { ClassifierTraining } from '../../src/training/classifierTraining';
import { LanguageModelTraining } from '../../src/training/languageModelTraining';
import { type LearnerCounters, readLearnerState, restoreLearnerState } from '../../src/training/learnerState';
import { textBatch } from '../../src/training/textBatch';

const [vocab, bs, bptt, steps] = [120, 6, 11, 8];
const engines = ['onnx', 'tensorflow'] as const satisfies readonly EngineChoice[];
/** Relative to the largest number of a tensor. */
const tolerance = 1e-4;

function randomIds(name: string, length: number): Int32Array {
  const random = RandomStream.named(7, name);
  return Int32Array.from({ length }, () => 2 + random.integer(vocab - 2));
}

interface Saved {
  tensors: NamedTensors;
  counters: LearnerCounters;
}

/** Trains a language model with all its dropouts, from the start or from where a run was stopped. */
async function trainLanguageModel(
  engine: EngineChoice,
  stopAfter: number,
  from?: Saved,
): Promise<{ saved: Saved; losses: number[] }> {
  await useEngine(engine);
  const config = { ...languageModelConfig, embSz: 24, nHid: 40 };
  const model = new LanguageModel(config, vocab, 3);
  const batches = new LanguageModelBatches([randomIds('text', steps * bs * bptt + 1)], { bs, bptt });
  const learner = new LanguageModelTraining(model, batches, undefined, { seed: 5 });
  if (from) restoreLearnerState(learner, from.tensors, from.counters);
  const losses: number[] = [];
  await learner.fit(1, 1e-2, {
    from: from?.counters.position,
    validate: false,
    callbacks: {
      onStep: ({ loss }) => void losses.push(loss),
      shouldStop: () => learner.position.iteration >= stopAfter,
    },
  });
  const saved = readLearnerState(learner);
  model.dispose();
  learner.optimizer.dispose();
  return { saved, losses };
}

function assertSame(actual: NamedTensors, expected: NamedTensors, what: string): void {
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  for (const [name, { data }] of expected) {
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    const other = actual.get(name)?.data;
    data.forEach((value, i) => {
      const off = Math.abs((other?.[i] ?? NaN) - value) / largest;
      assert.ok(off <= tolerance, `${what}: ${name}[${i}] is off by ${off.toExponential(1)} of the largest`);
    });
  }
}

const model = (tensors: NamedTensors): NamedTensors =>
  new Map([...tensors].filter(([name]) => name.startsWith('model/')));

for (const first of engines) {
  const second = first === 'onnx' ? 'tensorflow' : 'onnx';
  test(`a language model begun on ${first} and continued on ${second} is the one trained on ${first} alone`, async () => {
    const whole = await trainLanguageModel(first, Infinity);
    assert.ok(whole.losses.length >= 6);
    const begun = await trainLanguageModel(first, 3);
    const continued = await trainLanguageModel(second, Infinity, begun.saved);
    const losses = [...begun.losses, ...continued.losses];
    losses.forEach((loss, step) => {
      const wanted = whole.losses[step] ?? NaN;
      assert.ok(Math.abs(loss / wanted - 1) <= tolerance, `step ${step}: ${loss} and ${wanted}`);
    });
    assert.equal(losses.length, whole.losses.length);
    assertSame(model(continued.saved.tensors), model(whole.saved.tensors), 'weights');
  });
}

/** Trains a classifier and returns its weights. */
async function trainClassifier(engine: EngineChoice): Promise<NamedTensors> {
  await useEngine(engine);
  const classifier = newClassifier();
  const texts = Array.from({ length: 12 }, (_, i) => randomIds(`training text ${i}`, 5 + i));
  const labels = texts.map((_, i) => i % 3);
  const batches = new ClassifierBatches(texts, Int32Array.from(labels), { bs: 4 });
  const learner = new ClassifierTraining(classifier, batches, undefined, 3, { seed: 5 });
  await learner.fit(2, 1e-2, { validate: false });
  const weights = readVariables(classifier.variables);
  classifier.dispose();
  learner.optimizer.dispose();
  return weights;
}

function newClassifier(): TextClassifier {
  const config = { ...classifierConfig, embSz: 24, nHid: 40, bptt: 7 };
  return new TextClassifier({ ...config, maxLen: 20, linFtrs: [10], ps: [0.1] }, vocab, 3, 1);
}

async function classify(engine: EngineChoice, weights: NamedTensors): Promise<NamedTensors> {
  await useEngine(engine);
  const classifier = newClassifier();
  for (const [name, variable] of classifier.variables) {
    const { data = new Float32Array(0) } = weights.get(name) ?? {};
    variable.assign(tf.tensor(Float32Array.from(data), variable.shape));
  }
  const texts = Array.from({ length: 9 }, (_, i) => randomIds(`text ${i}`, 1 + 4 * i));
  const answers: NamedTensors = new Map();
  for (const batch of new ClassifierBatches(texts, undefined, { bs: 4 }).epoch()) {
    const probabilities = tf.softmax(classifier.forward(textBatch(batch), false).logits);
    const data = Float32Array.from(probabilities.dataSync());
    answers.set(String(batch.indices), { shape: probabilities.shape, data });
  }
  classifier.dispose();
  return answers;
}

test('a classifier trained on either engine gives the same answers on both', async () => {
  for (const trainedOn of engines) {
    const weights = await trainClassifier(trainedOn);
    const [onOnnx, onTensorFlow] = [await classify('onnx', weights), await classify('tensorflow', weights)];
    assertSame(onTensorFlow, onOnnx, `trained on ${trainedOn}`);
  }
});
