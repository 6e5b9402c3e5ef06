import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { useEngine } from '../engine/engines';
import { Store } from '../store/store';
import { specialTokens } from '../text/specialTokens';
import { Vocab } from '../text/vocab';
import { DropoutKeys } from './dropoutKeys';
import { groupIndexes, trainableVariables } from './layerGroups';
import { assignVariables, readVariables } from './namedTensors';
import { languageModelOf, readEncoder, saveEncoder } from './savedEncoder';
import { changedNames, snapshot, tinyClassifier, tinyLanguageModel, tinyVocab } from './tinyModels';

before(() => useEngine('reference'));

const vocab = Vocab.fromStrings([
  ...specialTokens,
  ...Array.from({ length: tinyVocab - specialTokens.length }, (_, i) => `word${i}`),
]);
const facts = { lineage: {}, metrics: { accuracy: 0.5 } };

function temporaryStore(t: { after: (fn: () => void) => void }): Store {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-weights-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return new Store(folder);
}

describe('weights in the store', () => {
  test('an encoder comes back with its decoder, vocab and settings, byte for byte', async (t) => {
    const store = temporaryStore(t);
    const model = tinyLanguageModel(3);
    await saveEncoder(store, 'words', model, vocab, facts);
    const saved = await readEncoder(store, 'words');
    assert.deepEqual(saved.config, model.config);
    assert.deepEqual(saved.vocab.itos, vocab.itos);
    assert.deepEqual(changedNames(snapshot(model.variables), languageModelOf(saved).variables), []);
  });
});

describe('assigning weights', () => {
  test('of another size, or too few, is refused and changes nothing', () => {
    const model = tinyLanguageModel(1);
    const before = snapshot(model.variables);
    const other = readVariables(tinyLanguageModel(2).variables);
    const name = 'rnns.1.module.bias_hh_l0';
    const missing = new Map(other);
    missing.delete(name);
    const larger = new Map(other).set(name, { shape: [4], data: new Float32Array(4) });
    for (const [tensors, message] of [
      [missing, /bias_hh_l0" are missing/u],
      [larger, /bias_hh_l0" are 4 numbers where this model has 24/u],
    ] as const) {
      assert.throws(
        () => {
          assignVariables(model.variables, tensors);
        },
        { code: 'corrupt-file', message, remedy: /same sizes/u },
      );
      assert.deepEqual(changedNames(before, model.variables), []);
    }
    assignVariables(model.variables, other);
    assert.deepEqual(
      changedNames(before, model.variables),
      [...model.variables.keys()].filter((each) => each !== 'decoder.bias'),
    );
  });

  test('copies: what is done to the tensors later does not show', () => {
    const model = tinyLanguageModel(1);
    const tensors = readVariables(model.variables);
    const before = snapshot(model.variables);
    assignVariables(model.variables, tensors);
    for (const { data } of tensors.values()) data.fill(9);
    assert.deepEqual(changedNames(before, model.variables), []);
  });
});

describe('layer groups', () => {
  test('are those of fastai: three and four tensors, and every trainable one in just one group', () => {
    const sizes = (groups: readonly ReadonlyMap<string, unknown>[]) => groups.map(({ size }) => size);
    assert.deepEqual(sizes(tinyLanguageModel().layerGroups), [4, 4, 2]);
    assert.deepEqual(sizes(tinyClassifier().layerGroups), [1, 4, 4, 8]);
    const { layerGroups, variables } = tinyClassifier();
    const statistics = [...variables.keys()].filter((name) => name.includes('running'));
    assert.equal(groupIndexes(layerGroups).size + statistics.length, variables.size);
  });

  test('are frozen from the bottom; a negative number counts from the top', () => {
    const { layerGroups } = tinyClassifier();
    const size = (n: number) => trainableVariables(layerGroups, n).size;
    assert.deepEqual([0, 1, -1, -2, -9].map(size), [17, 16, 8, 12, 17]);
    assert.ok([...trainableVariables(layerGroups, -1).keys()].every((name) => name.startsWith('1.')));
  });
});

test('dropout keys never come twice, and go on from their counter', () => {
  const keys = new DropoutKeys(1);
  const drawn = Array.from({ length: 1000 }, () => keys.next().join());
  assert.equal(new Set(drawn).size, 1000);
  assert.equal(new DropoutKeys(1, 500).next().join(), drawn[500]);
  assert.notEqual(new DropoutKeys(2).next().join(), drawn[0]);
});
