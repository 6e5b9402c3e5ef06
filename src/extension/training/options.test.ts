import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { trainClassifierOptions } from '../../options/classifier';
import { trainEncoderOptions } from '../../options/languageModel';
import { classifierOptions } from './classifierOptions';
import { encoderOptions } from './encoderOptions';
import { modelShapes, modelSize, modelSizes } from './modelSizes';
import { sampleTask } from './sampleTask';

const defaults = { size: 'medium', epochs: 3, lr: 0.02, dropMult: 0.4, seed: 7 } as const;

const plain = { epochs: [], lr: [], classWeights: 'none', dropMult: 0.5, seed: 42 } as const;

describe('what answers and settings ask for', () => {
  test('of each size, a language model of that shape', () => {
    const shapes = { small: [100, 200, 2], medium: [200, 400, 2], full: [400, 1152, 3] } as const;
    for (const size of modelSizes) {
      const options = encoderOptions(
        { name: 'n', data: ['a.csv'], text: ['body'], shape: modelShapes[size], epochs: 5 },
        defaults,
      );
      const { embSz, nHid, nLayers } = v.parse(trainEncoderOptions, options);
      assert.deepEqual([embSz, nHid, nLayers], shapes[size]);
      assert.deepEqual(options, {
        name: 'n',
        data: ['a.csv'],
        text: ['body'],
        pretrained: 'none',
        ...modelShapes[size],
        epochs: 5,
        lr: 0.02,
        dropMult: 0.4,
        seed: 7,
      });
    }
  });

  test('without columns none are named, and an encoder to start from is', () => {
    const options = encoderOptions(
      { name: 'n', data: ['folder'], text: [], pretrained: 'base', shape: modelShapes.small, epochs: 1 },
      defaults,
    );
    assert.ok(!('text' in options));
    assert.equal(options.pretrained, 'base');
  });

  test('a setting that names no size means medium', () => {
    assert.equal(modelSize('full'), 'full');
    for (const setting of ['huge', undefined, 3, 'constructor']) assert.equal(modelSize(setting), 'medium');
  });

  test('a classifier leaves epochs and rates to the trainer unless the settings name them', () => {
    const answers = { name: 'n', encoder: 'e', data: ['a.csv'], text: ['body'], label: 'label' };
    const bare = classifierOptions(answers, plain);
    assert.deepEqual(bare, { ...answers, dropMult: 0.5, seed: 42 });
    const named = classifierOptions(answers, { ...plain, epochs: [1, 2], lr: [0.01] });
    assert.deepEqual([named.epochs, named.lr], [[1, 2], [0.01]]);
    assert.ok(v.is(trainClassifierOptions, named));
  });

  test('class weights are those of the answer, else those of the setting', () => {
    const answers = { name: 'n', encoder: 'e', data: ['a.csv'], text: ['body'], label: 'label' };
    const balanced = { ...plain, classWeights: 'balanced' } as const;
    assert.equal(classifierOptions(answers, balanced).classWeights, 'balanced');
    assert.ok(!('classWeights' in classifierOptions({ ...answers, classWeights: 'none' }, balanced)));
    assert.equal(classifierOptions({ ...answers, classWeights: 'balanced' }, plain).classWeights, 'balanced');
  });

  test('labels that are folders need no column', () => {
    const options = classifierOptions({ name: 'n', encoder: 'e', data: ['folder'], text: [] }, plain);
    assert.deepEqual(Object.keys(options).sort(), ['data', 'dropMult', 'encoder', 'name', 'seed']);
  });

  test('the sample is a task that the trainer takes', () => {
    const { languageModel, classifier } = sampleTask('/mails.csv');
    assert.ok(v.is(trainEncoderOptions, languageModel));
    assert.ok(v.is(trainClassifierOptions, classifier));
    assert.equal(classifier.encoder, languageModel.name);
  });
});
