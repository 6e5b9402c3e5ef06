import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { writeSampleData } from '../trainer/host';
import { ofEngine } from './engineEnvironment';
import { filesIn, freshFolders, type Watched, watchNode } from './watchedProcess';

const root = join(import.meta.dirname, '..', '..');
const library = JSON.stringify(join(root, 'dist', 'ulmfit.js'));
const { engine, env } = ofEngine();

/** Somebody's own script with the library, which may write into `models`. */
async function runScript(t: TestContext, script: string): Promise<Watched> {
  const fresh = freshFolders(t);
  writeSampleData(fresh.root);
  mkdirSync(join(fresh.root, 'models'));
  const file = join(fresh.root, 'script.cjs');
  writeFileSync(file, script);
  const seen = await watchNode([file], { fresh, mayWrite: [join(fresh.root, 'models')], env });
  assert.deepEqual(seen.network, [], seen.stderr);
  assert.deepEqual(seen.written, [], seen.stderr);
  assert.deepEqual(filesIn(fresh), [], seen.stderr);
  return seen;
}

const training = `
  const { AWD_LSTM, languageModelLearner, Store, TextLMDataBunch, useEngine } = require(${library});
  async function train() {
    await useEngine(${JSON.stringify(engine)}, 1);
    const data = await TextLMDataBunch.fromCsv('rows.csv', { textColumns: ['text'], bs: 4, bptt: 10, minFreq: 1 });
    const config = { embSz: 8, nHid: 12, nLayers: 2 };
    const learner = languageModelLearner(data, AWD_LSTM, { config, store: new Store('models') });
    await learner.fitOneCycle(1, 1e-2);
    await learner.saveEncoder('words');
  }`;
const told = `train().then(() => console.log('trained'), ({ code, message, remedy }) => console.log(code, message, remedy))`;

test(
  'P16: a script with the library opens no socket and writes nothing but its models',
  { timeout: 300_000 },
  async (t) => {
    const { stdout, stderr } = await runScript(t, `${training}\n${told}`);
    assert.equal(stdout.trim(), 'trained', stderr);
  },
);

test('P16: nor does one that has other threads', { timeout: 300_000 }, async (t) => {
  const other = `const { Worker } = require('node:worker_threads');
    const other = new Worker('setInterval(() => {}, 1000)', { eval: true });`;
  const start = `other.once('online', () => ${told}.finally(() => other.terminate()));`;
  const { stdout, stderr } = await runScript(t, `${other}\n${training}\n${start}`);
  assert.equal(stdout.trim(), 'trained', stderr);
});

const inThread = (options: string) => `
  const { SHARE_ENV, Worker } = require('node:worker_threads');
  new Worker(${JSON.stringify(`${training}\n${told}`)}, { eval: true, ${options} });`;

test('P16: nor does one in a thread that shares the environment', { timeout: 300_000 }, async (t) => {
  const { stdout, stderr } = await runScript(t, inThread('env: SHARE_ENV'));
  assert.equal(stdout.trim(), 'trained', stderr);
});

test(
  'P16: in a thread where the telemetry cannot be switched off nothing is loaded',
  { skip: engine !== 'onnx' },
  async (t) => {
    for (const options of ['', "env: { ORT_DISABLE_TELEMETRY: '1' }"]) {
      const { stdout } = await runScript(t, inThread(options));
      assert.match(stdout, /^engine-unavailable .*environment of its own.*SHARE_ENV/u);
    }
  },
);

test(
  'P16: a thread without the environment may, once the main thread has switched it off',
  { skip: engine !== 'onnx', timeout: 300_000 },
  async (t) => {
    const script = `require(${library}).useEngine('onnx').then(() => {${inThread('env: {}')}});`;
    const { stdout, stderr } = await runScript(t, script);
    assert.equal(stdout.trim(), 'trained', stderr);
  },
);

test(
  'P16: a copy of the environment, as test runners make it, does not pass for the real one',
  { skip: engine !== 'onnx' },
  async (t) => {
    const { stdout } = await runScript(t, `process.env = { ...process.env };\n${training}\n${told}`);
    assert.match(stdout, /^engine-unavailable .*environment/u);
  },
);

test(
  'P16: an ONNX Runtime that another part of the program has loaded is not used',
  { skip: engine !== 'onnx' },
  async (t) => {
    const theirs = JSON.stringify(join(root, 'node_modules', 'onnxruntime-node', 'dist', 'binding.js'));
    const { stdout } = await runScript(t, `require(${theirs});\n${training}\n${told}`);
    assert.match(stdout, /^engine-unavailable Another part .*ORT_DISABLE_TELEMETRY/u);
    const script = `process.env.ORT_DISABLE_TELEMETRY = '1'; require(${theirs});\n${training}\n${told}`;
    assert.equal((await runScript(t, script)).stdout.trim(), 'trained');
  },
);
