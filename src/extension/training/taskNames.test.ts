import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleTask } from './sampleTask';
import { keepingBoth, namesInTheWay, replacing } from './taskNames';

const task = sampleTask('mails.csv');
const taken = { encoders: ['mail', 'mail-2'], models: ['Spam-or-Ham'] };

describe('P19: the names of a task', () => {
  test('P19: that are taken are asked about, also where case alone differs', () => {
    assert.deepEqual(namesInTheWay(task, { encoders: [], models: [] }), []);
    assert.deepEqual(namesInTheWay(task, { encoders: ['spam-or-ham'], models: ['mail'] }), []);
    assert.deepEqual(namesInTheWay(task, taken), ['mail', 'Spam-or-Ham']);
    assert.deepEqual(namesInTheWay({ classifier: task.classifier }, taken), ['Spam-or-Ham']);
  });

  test('P19: are not asked about where the task says that they may be replaced', () => {
    const allowed = replacing(task);
    assert.deepEqual(namesInTheWay(allowed, taken), []);
    assert.deepEqual([allowed.languageModel?.name, allowed.classifier?.name], ['mail', 'spam-or-ham']);
    assert.deepEqual(Object.keys(replacing({ classifier: task.classifier })), ['classifier']);
  });

  test('P19: get numbers where both are to be kept, and the classifier follows its language model', () => {
    const { languageModel, classifier } = keepingBoth(task, taken);
    assert.equal(languageModel?.name, 'mail-3');
    assert.equal(classifier?.name, 'spam-or-ham-2');
    assert.equal(classifier.encoder, 'mail-3');
    const other = keepingBoth({ ...task, classifier: { ...task.classifier, encoder: 'wiki' } }, taken);
    assert.equal(other.classifier?.encoder, 'wiki');
    assert.deepEqual(keepingBoth(task, { encoders: [], models: [] }), task);
  });
});
