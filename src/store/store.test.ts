import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { sealed } from './seal';
import { Store } from './store';

let folder = '';
let store = new Store('.');
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
});
beforeEach(async () => {
  store = new Store(await mkdtemp(join(folder, 's-')));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const config = { emb_sz: 400, n_hid: 1152, n_layers: 3, pad_token: 1, output_p: 0.1, tie_weights: true };
const facts = {
  config,
  lineage: { data: { sha256: 'ab'.repeat(32), rows: 12, files: ['tickets.csv'] }, pretrained: 'wt103' },
  metrics: { valid_loss: 3.5, accuracy: 0.31 },
};
const content = {
  tensors: new Map([['encoder.weight', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]),
  vocab: ['xxunk', 'xxpad', '\n ', '"', '\ud800', 'ü'],
};
const classes = ['neg', '__proto__', 'pos'];

const corruption = (file: string, reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UlmfitError, String(error));
  assert.equal(error.code, 'corrupt-file');
  assert.ok(error.message.includes(file), error.message);
  assert.match(error.message, reason);
  assert.ok(error.remedy.length > 10);
  return true;
};

describe('encoders and models', () => {
  test('what was saved is loaded: tensors, vocabulary without loss, manifest', async () => {
    await store.encoders.save('enc', facts, content);
    const loaded = await store.encoders.load('enc');
    assert.deepEqual([...loaded.tensors], [...content.tensors]);
    assert.deepEqual(loaded.vocab, content.vocab);
    const { createdAt, files, ...rest } = loaded.manifest;
    assert.deepEqual(rest, { formatVersion: 1, kind: 'encoder', ...facts });
    assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 10_000);
    assert.deepEqual(Object.keys(files), ['encoder.safetensors', 'vocab.json']);
  });

  test('a model keeps its classes in order and the files derived from it', async () => {
    await store.models.save(
      'clas',
      { ...facts, classes },
      content,
      new Map([['model.onnx', Buffer.from('x')]]),
    );
    const { manifest, folder: at } = await store.models.load('clas');
    assert.deepEqual(manifest.classes, classes);
    assert.deepEqual(manifest.files['model.onnx']?.bytes, 1);
    assert.equal(await readFile(join(at, 'model.onnx'), 'utf8'), 'x');
  });

  test('listing shows broken entries beside good ones', async () => {
    await store.encoders.save('b good', facts, content);
    await store.encoders.save('c broken', facts, content);
    await writeFile(join(store.root, 'encoders', 'c broken', 'manifest.json'), '{"formatVersion":1}');
    await mkdir(join(store.root, 'encoders', 'a empty'));
    const { entries, broken } = await store.encoders.list();
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['b good'],
    );
    assert.deepEqual(
      broken.map(({ name, error }) => [name, error.code]),
      [
        ['a empty', 'corrupt-file'],
        ['c broken', 'corrupt-file'],
      ],
    );
  });

  test('an empty store lists nothing', async () => {
    assert.deepEqual(await store.models.list(), { entries: [], broken: [] });
    assert.deepEqual(await store.runs.list(), { runs: [], broken: [] });
  });

  test('an unknown name, also one that would lead out of the store, is not-found', async () => {
    await store.encoders.save('tickets', facts, content);
    await assert.rejects(store.encoders.load('ticket'), { code: 'not-found', remedy: /mean "tickets"/ });
    for (const name of ['../encoders/tickets', '..', '.', '', 'tickets/../tickets']) {
      await assert.rejects(store.encoders.load(name), { code: 'not-found' });
      await assert.rejects(store.encoders.remove(name), { code: 'not-found' });
    }
  });

  test('removing and renaming', async () => {
    await store.encoders.save('one', facts, content);
    await store.encoders.save('two', facts, content);
    await assert.rejects(store.encoders.rename('one', 'two'), { code: 'already-exists' });
    await assert.rejects(store.encoders.rename('one', 'TWO'), { code: 'already-exists' });
    await assert.rejects(store.encoders.rename('one', '../x'), { code: 'bad-setting' });
    await store.encoders.rename('one', 'three');
    await store.encoders.remove('two');
    assert.deepEqual(await store.encoders.names(), ['three']);
    await store.encoders.load('three');
    await store.encoders.rename('three', 'Three');
    assert.deepEqual(await store.encoders.names(), ['Three']);
  });

  test('a name that differs from another in case alone is refused', async () => {
    await store.encoders.save('Tickets', facts, content);
    await assert.rejects(store.encoders.save('tickets', facts, content), { code: 'already-exists' });
  });
});

describe('a folder that was altered', () => {
  const at = (file: string) => join(store.root, 'models', 'clas', file);
  beforeEach(async () => {
    await store.models.save('clas', { ...facts, classes }, content);
  });

  test('one bit of a tensor', async () => {
    const bytes = await readFile(at('model.safetensors'));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(at('model.safetensors'), bytes);
    await assert.rejects(store.models.load('clas'), corruption(at('model.safetensors'), /altered/));
  });
  test('a longer vocabulary', async () => {
    await appendFile(at('vocab.json'), ' ');
    await assert.rejects(store.models.load('clas'), corruption(at('vocab.json'), /bytes instead of/));
  });
  test('a missing file', async () => {
    await unlink(at('vocab.json'));
    await assert.rejects(store.models.load('clas'), corruption(at('vocab.json'), /missing/));
  });

  const withManifest = async (change: (manifest: Record<string, unknown>) => void) => {
    const manifest = JSON.parse(await readFile(at('manifest.json'), 'utf8')) as Record<string, unknown>;
    change(manifest);
    await writeFile(at('manifest.json'), sealed(manifest));
  };
  test('a manifest that lists a file elsewhere', async () => {
    await withManifest((manifest) => {
      manifest['files'] = { '../../x': { sha256: 'ab'.repeat(32), bytes: 1 } };
    });
    await assert.rejects(store.models.load('clas'), corruption(at('manifest.json'), /not|Invalid/));
  });
  test('a manifest that does not list the tensors', async () => {
    await withManifest((manifest) => {
      manifest['files'] = {};
    });
    await assert.rejects(store.models.load('clas'), corruption('clas', /does not list model.safetensors/));
  });
  test('a manifest of a later version says so', async () => {
    await withManifest((manifest) => {
      manifest['formatVersion'] = 2;
    });
    await assert.rejects(store.models.load('clas'), { code: 'unsupported-format', remedy: /Update/ });
  });
  test('a manifest that is not JSON, and one that is too large', async () => {
    await writeFile(at('manifest.json'), '{');
    await assert.rejects(store.models.load('clas'), corruption(at('manifest.json'), /not JSON/));
    await writeFile(at('manifest.json'), Buffer.alloc(17 * 2 ** 20, ' '));
    await assert.rejects(store.models.load('clas'), corruption(at('manifest.json'), /more than/));
  });

  test('P3: a mutated manifest loads or is a typed error, quickly', async () => {
    const original = await readFile(at('manifest.json'));
    const edit = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const bytes = Buffer.from(original);
        for (const [position, value] of edits) bytes.writeUInt8(value, position);
        await writeFile(at('manifest.json'), bytes);
        const started = performance.now();
        const outcome = await store.models.load('clas').catch((error: unknown) => error);
        assert.ok(performance.now() - started < 1000);
        if (outcome instanceof Error) assert.ok(outcome instanceof UlmfitError, outcome.stack);
      }),
      { seed: 20240607, numRuns: 300 },
    );
    assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
  });
});

test('the store lies where ULMFIT_STORE says, else in the platform’s folder for data', () => {
  assert.equal(Store.defaultRoot({ ULMFIT_STORE: 'here' }), resolve('here'));
  assert.equal(Store.defaultRoot({ XDG_DATA_HOME: '/d' }, 'linux'), join('/d', 'ulmfit'));
  assert.match(Store.defaultRoot({}, 'linux'), /\.local.share.ulmfit$/);
  assert.match(Store.defaultRoot({}, 'darwin'), /Application Support.ulmfit$/);
  assert.equal(Store.defaultRoot({ LOCALAPPDATA: 'C:\\L' }, 'win32'), join('C:\\L', 'ulmfit'));
});

describe('no home folder', () => {
  const none = () => {
    throw new Error('A system error occurred: uv_os_homedir returned ENOENT (no such file or directory)');
  };

  test('it is not asked for where the store is named', () => {
    assert.equal(Store.defaultRoot({ ULMFIT_STORE: '/s' }, 'linux', none), resolve('/s'));
    assert.equal(Store.defaultRoot({ XDG_DATA_HOME: '/d' }, 'linux', none), join('/d', 'ulmfit'));
  });

  test('a machine without one says what to name, and nothing is kept where the command was called', () => {
    for (const home of [none, () => '', () => 'relative']) {
      for (const env of [{}, { XDG_DATA_HOME: 'relative' }]) {
        assert.throws(
          () => Store.defaultRoot(env, 'linux', home),
          (error) => error instanceof UlmfitError && error.remedy.includes('--store or ULMFIT_STORE'),
        );
      }
    }
  });
});
