/** A store whose folder `engines` holds programs, as an older version put them there, or as somebody planted them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTrainer, temporaryFolder, trainClassifier, trainEncoder, writeSampleData } from './host';

const architecture = process.platform === 'darwin' ? 'universal' : process.arch;

/** Programs that leave a mark when they are run. @returns the mark */
function plant(storeFolder: string, mark: string): void {
  const tensorflow = join(storeFolder, 'engines', 'tensorflow');
  const dawn = join(storeFolder, 'engines', 'webgpu', 'dist', `${process.platform}-${architecture}`);
  const program = `require('node:fs').appendFileSync(${JSON.stringify(mark)}, __filename + '\\n');`;
  for (const folder of [tensorflow, join(tensorflow, 'dist'), dawn]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(tensorflow, 'backend.js'), program);
  writeFileSync(join(tensorflow, 'dist', 'index.js'), program);
  writeFileSync(join(dawn, 'dawn.node'), 'a library');
}

test('P21: no program below a store is run by training, doctor, classify, generate or export, whatever store is named', async (t) => {
  const folder = temporaryFolder(t);
  const storeFolder = join(folder, 'store');
  const mark = join(folder, 'mark');
  plant(storeFolder, mark);
  const host = await startTrainer(t, { storeFolder });
  const { connection } = host;
  const { checks, engines = [] } = await connection.request('doctor', {});
  assert.deepEqual(
    engines.map(({ engine }) => engine),
    ['onnx'],
  );
  for (const engine of ['tensorflow', 'webgpu']) {
    const { detail, remedy = '' } = checks.find(({ name }) => name === `engine ${engine}`) ?? { detail: '' };
    assert.match(detail, /never programs/u);
    assert.match(remedy, new RegExp(`--install ${engine}`, 'u'));
  }
  const data = writeSampleData(folder);
  const encoder = await trainEncoder(host, { data: [data], name: 'words', pretrained: 'none', epochs: 1 });
  assert.equal((await host.ended(encoder.run))?.event, 'result');
  const model = await trainClassifier(host, { data: [data], encoder: 'words', name: 'topics', epochs: [1] });
  assert.equal((await host.ended(model.run))?.event, 'result');
  await connection.request('classify', { model: 'topics', texts: ['the rain'] });
  await connection.request('generate', { encoder: 'words', text: 'the', words: 2 });
  const out = join(folder, 'out');
  await connection.request('export-model', { kind: 'model', name: 'topics', format: 'onnx', out });
  assert.equal(existsSync(mark), false);
});

test('P21: nor where the engine, or its folder in the store, was named', async (t) => {
  const folder = temporaryFolder(t);
  const storeFolder = join(folder, 'store');
  const mark = join(folder, 'mark');
  plant(storeFolder, mark);
  const data = writeSampleData(folder);
  const named = join(storeFolder, 'engines', 'tensorflow');
  for (const env of [{}, { ULMFIT_TENSORFLOW: named }]) {
    const host = await startTrainer(t, { storeFolder, engine: 'tensorflow', env });
    const { connection } = host;
    const started = trainEncoder(host, { data: [data], name: 'words', pretrained: 'none', epochs: 1 });
    await assert.rejects(started, { code: 'engine-unavailable' });
    const { engines = [] } = await connection.request('doctor', {});
    assert.deepEqual(
      engines.filter(({ passed }) => passed).map(({ engine }) => engine),
      ['onnx'],
    );
    assert.equal(existsSync(mark), false);
  }
});
