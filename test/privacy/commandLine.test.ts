import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { exportFormats } from '../../src/options/export';
import { writeSampleData } from '../trainer/host';
import { ofEngine } from './engineEnvironment';
import { filesIn, type Fresh, freshFolders, seesCalls, seesNetwork, watchNode } from './watchedProcess';

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const { engine, env } = ofEngine();

/** The command line in a fresh home. What it may write is its store, `out`, and what `out` becomes. */
function commandLine(fresh: Fresh) {
  const out = join(fresh.root, 'out');
  mkdirSync(out);
  const store = join(fresh.root, 'store');
  const run = async (args: readonly string[], stdin = '', others: Record<string, string> = {}) => {
    const all = [program, '--store', store, '--engine', engine, '--threads', '1', ...args];
    const seen = await watchNode(all, { fresh, mayWrite: [store, out], env: { ...env, ...others }, stdin });
    const what = `ulmfit ${args.join(' ')}\n${seen.stderr}`;
    assert.equal(seen.code, 0, what);
    assert.deepEqual(seen.network, [], what);
    assert.deepEqual(seen.written, [], what);
    assert.deepEqual(filesIn(fresh), [], what);
    return seen.stdout;
  };
  return { run, store, out };
}

const sizes = '--emb-sz 8 --n-hid 12 --n-layers 2 --bptt 10 --bs 4 --min-freq 1 --epochs 1'.split(' ');

describe(`P16: on ${engine}, no packet, no look-up, and no file outside the store and the output`, () => {
  before(() => {
    if (seesNetwork && seesCalls) return;
    const seen = seesNetwork ? 'Packets are counted, and' : 'Neither calls nor packets can be seen here:';
    console.log(`${seen} files are looked for in a fresh home alone (strace is missing, or may not trace).`);
  });

  test('P16: from training to export, whatever the command', { timeout: 900_000 }, async (t) => {
    const fresh = freshFolders(t);
    const { run, store, out } = commandLine(fresh);
    const data = writeSampleData(fresh.root);
    await run(['doctor']);
    await run(['tokenize', 'the rain']);
    await run(['train-encoder', '--name', 'words', '--data', data, ...sizes]);
    const labels = ['--label', 'label', '--text', 'text'];
    const classifier = ['--data', data, ...labels, '--epochs', '1', '--bs', '8'];
    await run(['train-classifier', '--name', 'topics', '--encoder', 'words', ...classifier]);
    const [latest = ''] = readdirSync(join(store, 'runs')).sort().toReversed();
    await run(['extend', latest, '--epochs', '1']);
    await run(['classify', 'topics', 'the rain']);
    await run(['classify', 'topics'], '{"text":"the rain"}\n');
    await run(['classify', 'topics', '--file', data, '--text', 'text', '--out', join(out, 'rows.csv')]);
    assert.ok(existsSync(join(out, 'rows.csv')));
    await run(['generate', 'words', 'the', '--words', '3']);
    await run(['evaluate', 'topics', '--data', data, ...labels]);
    for (const format of exportFormats) {
      for (const name of ['encoders/words', 'models/topics']) {
        const folder = join(out, `${format}-${name.replace('/', '-')}`);
        await run(['export', name, '--format', format, '--out', folder]);
      }
    }
    const file = join(out, 'safetensors-models-topics', 'model.safetensors');
    await run(['import', file, '--name', 'again', '--classes', 'sport,weather']);
    await run(['ensemble', '--name', 'both', 'topics', 'again']);
    await run(['list']);
    await run(['runs']);
    await run(['show', 'topics']);
    await run(['remove', 'both']);
  });

  test('P16: the user’s own setting for the telemetry of ONNX Runtime does not matter', async (t) => {
    const { run } = commandLine(freshFolders(t));
    await run(['tokenize', 'the rain'], '', { ORT_DISABLE_TELEMETRY: '0' });
  });
});
