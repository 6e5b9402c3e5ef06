import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { UlmfitError } from '../../errors';
import { readClassifier } from '../../classifier/readClassifier';
import { readEncoder } from '../../model/savedEncoder';
import { sealed } from '../../store/seal';
import { Store } from '../../store/store';
import { Tasks } from '../tasks';
import { exportModel } from './exportModel';
import { importModel } from './importModel';
import { saveSmallEncoder, saveSmallModel } from './smallModels';

let root = '';
let store: Store;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'ulmfit-config-'));
  store = new Store(join(root, 'store'));
  await saveSmallModel(store, 'whole');
  await saveSmallEncoder(store, 'whole');
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A copy of the model or the encoder with other settings in its manifest. */
async function altered(kind: 'models' | 'encoders', config: Readonly<Record<string, unknown>>) {
  const folder = await mkdtemp(join(store.root, kind, 'altered-'));
  await cp(join(store.root, kind, 'whole'), folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { config: Record<string, unknown> };
  Object.assign(manifest.config, config);
  await writeFile(file, sealed(manifest));
  return { folder, name: folder.slice(join(store.root, kind).length + 1) };
}

const take = (path: string) =>
  new Tasks(() => undefined).run(undefined, (task) =>
    importModel(store, { path, name: 'taken', vocab: undefined, classes: undefined }, task),
  );

function corrupt(why: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UlmfitError, String(error instanceof Error ? error.stack : error));
    assert.equal(error.code, 'corrupt-file');
    assert.match(error.message, why);
    return true;
  };
}

describe('P2: the settings of a manifest are checked like everything else', () => {
  for (const [member, values] of [
    ['emb_sz', [0, -1, 0.5, 2 ** 53, '8', null, 65_537]],
    ['n_hid', [0, -1, 0.5, 1e300]],
    ['n_layers', [0, -1, 0.5, 1001]],
    ['pad_token', [-1, 0.5, 1e9]],
    ['bptt', [0, -1, 0.5, 1e300, '70', null]],
    ['max_len', [0, -1, 0.5, 1e300]],
    ['lin_ftrs', [[0], [-1], [0.5], ['50'], 50, [1e300], new Array(101).fill(50)]],
    ['ps', [[-1], ['0.1'], 0.1]],
    ['output_p', [-1, '0.1', null]],
    ['hidden_p', [-1]],
    ['input_p', [-1]],
    ['embed_p', [-1]],
    ['weight_p', [-1]],
    ['backwards', [1, 'true']],
  ] as const) {
    test(`P2: ${member} is named where it is none, when it is read and when it is imported`, async () => {
      for (const value of values) {
        const { name, folder } = await altered('models', { [member]: value });
        const wrong = corrupt(new RegExp(`config\\.${member}`, 'u'));
        await assert.rejects(readClassifier(store, name), wrong);
        await assert.rejects(take(folder), wrong);
        const { broken } = await store.models.list();
        assert.ok(broken.some((each) => each.name === name));
        await rm(folder, { recursive: true });
      }
    });
  }

  test('P2: settings that are possible, but not of these weights, are refused before anything is built', async () => {
    for (const [config, why] of [
      [{ emb_sz: 65_536, n_hid: 65_536 }, /encoder\.weight.* 40 × 6 numbers where 40 × 65536 are needed/],
      [{ n_layers: 1000 }, /are missing|are needed/],
      [{ pad_token: 40 }, /padding is word 40, but there are 40 words/],
    ] as const) {
      const model = await altered('models', config);
      const encoder = await altered('encoders', config);
      await assert.rejects(readClassifier(store, model.name), corrupt(why));
      await assert.rejects(readEncoder(store, encoder.name), corrupt(why));
      await assert.rejects(take(model.folder), corrupt(why));
      await assert.rejects(take(encoder.folder), corrupt(why));
      const request = { kind: 'model', name: model.name, format: 'onnx', int8: false } as const;
      await assert.rejects(
        new Tasks(() => undefined).run(undefined, (task) =>
          exportModel(store, { ...request, out: join(root, 'out') }, task),
        ),
        corrupt(why),
      );
    }
    const head = await altered('models', { lin_ftrs: [1_000_000] });
    await assert.rejects(take(head.folder), corrupt(/1\.layers\.2\.weight/));
  });

  test('what is not known is kept and not used', async () => {
    const { name } = await altered('models', { later: { bptt: -1 } });
    const { manifest } = await store.models.load(name);
    assert.deepEqual(manifest.config['later'], { bptt: -1 });
  });
});
