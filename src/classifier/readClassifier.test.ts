import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { useEngine } from '../engine/engines';
import { saveClassifier } from '../model/savedClassifier';
import { changedNames, snapshot, tinyClassifier, tinyVocab } from '../model/tinyModels';
import { Store } from '../store/store';
import { specialTokens } from '../text/specialTokens';
import { Vocab } from '../text/vocab';
import { readClassifier } from './readClassifier';
import { UlmfitClassifier } from './ulmfitClassifier';

before(() => useEngine('reference'));

test('a classifier comes back with its running statistics, settings and classes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-classifier-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const store = new Store(folder);
  const vocab = Vocab.fromStrings([
    ...specialTokens,
    ...Array.from({ length: tinyVocab - specialTokens.length }, (_, i) => `word${i}`),
  ]);
  const model = tinyClassifier({ bptt: 7, maxLen: 21, linFtrs: [4, 5], ps: [0.1, 0.2] }, 3);
  const classes = ['b', 'a', '__proto__'];
  await saveClassifier(store, 'topics', model, vocab, { lineage: {}, metrics: {}, classes });
  const saved = await readClassifier(store, 'topics');
  assert.ok(saved instanceof UlmfitClassifier);
  assert.deepEqual(saved.classes, classes);
  assert.deepEqual(saved.model.config, model.config);
  assert.deepEqual(changedNames(snapshot(model.variables), saved.model.variables), []);
});
