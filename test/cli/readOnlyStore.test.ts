import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  startTrainer,
  temporaryFolder,
  trainClassifier,
  trainEncoder,
  writeSampleData,
} from '../trainer/host';

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
/** Root may write whatever the modes of files say, so that only the file system itself can refuse. */
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /tmp /tmp && mount -o remount,ro,bind /tmp'])
    .status === 0;
const skip = canMount ? false : 'It needs root, and a file system of its own.';

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line where `folder` can be read, but not written. */
function runReadOnly(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Answer {
  const script = `mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"`;
  return spawnSync('unshare', ['-m', 'sh', '-c', script, folder, process.execPath, program, ...args], {
    encoding: 'utf8',
    input: '',
    // The checks of engines are kept in the store, too.
    env: { ...process.env, ULMFIT_ENGINE_CHECKS: join(folder, 'engine-checks.json'), ...env },
  });
}

const noDefect = ({ stdout, stderr }: Answer) => {
  assert.doesNotMatch(stdout + stderr, /defect|\n {4}at /u);
};

describe('a store that can be read, but not written', { skip }, () => {
  test('P6: what need not write works, and what must says why it does not', async (t) => {
    const folder = temporaryFolder(t);
    const store = join(folder, 'store');
    const elsewhere = temporaryFolder(t);
    const data = writeSampleData(elsewhere);
    const host = await startTrainer(t, { storeFolder: store });
    const { run } = await trainEncoder(host, { name: 'e', data: [data] });
    assert.equal((await host.ended(run))?.event, 'result');
    const classifier = await trainClassifier(host, { name: 'c', encoder: 'e', data: [data], epochs: [1] });
    assert.equal((await host.ended(classifier.run))?.event, 'result');
    await host.stop();

    for (const args of [
      ['list'],
      ['runs'],
      ['show', 'e'],
      ['show', 'c'],
      ['show', run],
      ['doctor', '--engine', 'onnx'],
      ['tokenize', 'a text'],
      ['generate', 'e', 'the rain', '--words', '2'],
      ['classify', 'c', 'the rain'],
      ['classify', 'c', '--file', data, '--text', 'text', '--out', join(elsewhere, 'out.csv')],
      ['evaluate', 'c', '--data', data],
      ['export', 'c', '--format', 'safetensors', '--out', join(elsewhere, 'exported')],
      ['export', 'e', '--format', 'fastai', '--out', join(elsewhere, 'fastai')],
    ]) {
      const answer = runReadOnly(store, [...args, '--store', store]);
      assert.equal(answer.status, 0, `${args.join(' ')}: ${answer.stdout}${answer.stderr}`);
      noDefect(answer);
    }
    const { stdout } = runReadOnly(store, ['doctor', '--store', store]);
    assert.match(stdout, /^FAIL {2}store: .*EROFS.* Choose a folder that you may write to/mu);

    for (const args of [
      ['remove', 'c'],
      ['import', join(elsewhere, 'exported'), '--name', 'again'],
      ['ensemble', '--name', 'both', 'c', 'c2'],
      ['train-encoder', '--name', 'more', '--data', data],
      ['train-classifier', '--name', 'more', '--encoder', 'e', '--data', data],
      ['extend', run, '--epochs', '1'],
    ]) {
      const answer = runReadOnly(store, [...args, '--store', store]);
      assert.equal(answer.status, 1, `${args.join(' ')}: ${answer.stdout}${answer.stderr}`);
      noDefect(answer);
      if (args[0] !== 'ensemble') {
        assert.match(answer.stderr, /read-only[^]*Choose a store in a folder you may write to/u, args[0]);
      }
    }
  });

  test('P6: results are written beside the file that is there, which a full disk leaves as it was', async (t) => {
    const folder = temporaryFolder(t);
    const data = writeSampleData(folder, 4000);
    const host = await startTrainer(t, { storeFolder: folder });
    const { run } = await trainEncoder(host, { name: 'e', data: [data] });
    assert.equal((await host.ended(run))?.event, 'result');
    const classifier = await trainClassifier(host, {
      name: 'c',
      encoder: 'e',
      data: [data],
      epochs: [1],
      bs: 64,
    });
    assert.equal((await host.ended(classifier.run))?.event, 'result');
    await host.stop();
    const disk = join(folder, 'disk');
    const script = `mkdir "$0" && mount -t tmpfs -o size=300k none "$0" && echo old > "$0/out.csv" || exit 42
      "$@" --out "$0/out.csv"; echo "exit $?"; ls "$0"; cat "$0/out.csv"`;
    const command = [process.execPath, program, 'classify', 'c', '--store', folder, '--file', data];
    const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, disk, ...command], {
      encoding: 'utf8',
    });
    assert.equal(stdout, 'exit 1\nout.csv\nold\n', stdout + stderr);
    assert.match(stderr, /could not be written: .*ENOSPC/u);
  });
});

test('P6: commands that read make no store', (t) => {
  const folder = temporaryFolder(t);
  const store = join(folder, 'none');
  for (const args of [
    ['list'],
    ['runs'],
    ['show', 'e'],
    ['doctor', '--engine', 'onnx'],
    ['classify', 'c', 'a text'],
  ]) {
    const answer = spawnSync(process.execPath, [program, ...args, '--store', store], {
      encoding: 'utf8',
      input: '',
      env: { ...process.env, ULMFIT_ENGINE_CHECKS: join(folder, 'checks.json') },
    });
    noDefect(answer);
    assert.equal(existsSync(store), false, args.join(' '));
  }
  assert.deepEqual(readdirSync(folder), ['checks.json']);
});

describe('no home folder', { skip: process.platform === 'win32' }, () => {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !['HOME', 'XDG_DATA_HOME', 'ULMFIT_STORE'].includes(name)),
  );
  /** As a user whom the system does not know, where that can be. */
  const run = (args: readonly string[], more: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      input: '',
      env: { ...env, ...more },
    });

  test('P6: it is found only when it is needed, and its lack has a remedy', (t) => {
    const folder = temporaryFolder(t);
    for (const home of ['', 'relative']) {
      const answer = run(['list'], { HOME: home });
      assert.equal(answer.status, 1, answer.stdout + answer.stderr);
      assert.match(answer.stderr, /no home folder[^]*--store or ULMFIT_STORE/u);
      noDefect(answer);
      assert.equal(run(['list', '--store', folder], { HOME: home }).status, 0);
      assert.equal(run(['tokenize', 'a text', '--store', folder], { HOME: home }).status, 0);
    }
    // One that is not there has nothing in it.
    assert.equal(run(['list'], { HOME: join(folder, 'none') }).status, 0);
  });
});
