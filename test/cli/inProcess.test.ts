import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { runCommandLine } from '../../src/cli/program';
import { Store } from '../../src/store/store';
import { makeBadRuns } from '../store/hostileRuns';
import { objects, train } from './argumentsAndOutput';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-'));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Runs the command line in this process, with a trainer that is not there unless another is given. */
async function run(args: readonly string[], trainer = 'there is none') {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const code = await runCommandLine(args, {
    stdin,
    stdout,
    stderr,
    env: { ...process.env, ULMFIT_STORE: root },
    trainerPath: join(__dirname, trainer),
    trainerExecArgv: ['--import', 'tsx'],
    onInterrupt: () => () => undefined,
  });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { code, stdout: read(stdout), stderr: read(stderr) };
}

describe('the store', () => {
  const facts = {
    config: { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 },
    lineage: {},
    metrics: { accuracy: 0.5 },
  };
  const content = { tensors: new Map([['w', { shape: [1], data: Float32Array.of(1) }]]), vocab: ['xxunk'] };

  test('P22: runs shows a bad run as one line with the reason, and as one object, beside the good ones', async () => {
    const store = new Store(await mkdtemp(join(root, 'bad-')));
    await store.runs.create('good', { kind: 'encoder', name: 'mail', options: {} });
    const bad = await makeBadRuns(store);
    const table = await run(['runs', '--store', store.root]);
    assert.equal(table.code, 0);
    assert.match(table.stdout, /^good +encoder {2}mail {2}interrupted$/mu);
    for (const id of bad) {
      assert.match(table.stdout, new RegExp(`^${id} +- +- +cannot be read$`, 'mu'));
      assert.match(table.stderr, new RegExp(`^${id}: .*events\\.ndjson.*\\.$`, 'mu'));
    }
    const [list] = objects((await run(['runs', '--json', '--store', store.root])).stdout);
    const { runs, broken } = list as Record<string, { id: string; message: string; remedy: string }[]>;
    assert.deepEqual([runs?.map(({ id }) => id), broken?.map(({ id }) => id).sort()], [['good'], bad]);
    for (const each of broken ?? []) assert.ok(each.message !== '' && each.remedy !== '');
  });

  test('list, show, runs and remove need no trainer', async () => {
    const store = new Store(await mkdtemp(join(root, 'list-')));
    const at = (...args: string[]) => run([...args, '--store', store.root]);
    assert.match((await at('list')).stdout, /Nothing in/);
    await store.encoders.save('same', facts, content);
    await store.encoders.save('broken', facts, content);
    await writeFile(join(store.root, 'encoders', 'broken', 'manifest.json'), '');
    await store.models.save('same', { ...facts, classes: ['a'] }, content);
    await store.runs.create('r1', { kind: 'encoder', name: 'same', options: {} });

    const list = objects((await at('list', '--json')).stdout)[0] as Record<string, { name: string }[]>;
    assert.deepEqual(
      ['encoders', 'models', 'broken'].map((key) => list[key]?.map(({ name }) => name)),
      [['same'], ['same'], ['broken']],
    );
    assert.match((await at('list')).stdout, /^encoder {2}same {2}.* accuracy 0\.500000$/m);
    assert.match((await at('runs')).stdout, /^r1 {2}encoder {2}same {2}interrupted$/m);
    const both = await at('show', 'same');
    assert.equal(both.code, 1);
    assert.match(both.stderr, /encoders\/same or models\/same/);
    assert.match((await at('show', 'models/same')).stdout, /"classes"/);
    assert.equal((await at('remove', 'models/same')).code, 0);
    assert.match((await at('show', 'same')).stdout, /"kind": "encoder"/);
    const unknown = await at('show', 'sane');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /Did you mean "same"/);
  });

  test('P23: remove --with-runs takes along the runs that made it, and no others', async () => {
    const store = new Store(await mkdtemp(join(root, 'with-runs-')));
    const at = (...args: string[]) => run([...args, '--store', store.root]);
    for (const [id, kind, name] of [
      ['r1', 'classifier', 'topics'],
      ['r2', 'classifier', 'topics'],
      ['r3', 'encoder', 'topics'],
      ['r4', 'classifier', 'other'],
    ] as const)
      await store.runs.create(id, { kind, name, options: {} });
    await store.models.save('topics', { ...facts, lineage: { run: 'r2' }, classes: ['a'] }, content);
    const work = await store.runs.lock('r1');
    const refused = await at('remove', 'topics', '--with-runs');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /"r1" of "topics" is still worked on, so nothing was removed/);
    assert.deepEqual([await store.models.names(), (await store.runs.ids()).length], [['topics'], 4]);
    await work.release();
    const { code, stdout } = await at('remove', 'topics', '--with-runs', '--json');
    assert.equal(code, 0);
    assert.deepEqual(objects(stdout), [{ event: 'result', removed: 'models/topics', runs: ['r2', 'r1'] }]);
    assert.deepEqual([await store.models.names(), await store.runs.ids()], [[], ['r3', 'r4']]);
    assert.equal((await at('remove', 'runs/r4', '--with-runs')).code, 2);
    assert.equal((await at('remove', 'runs/r4')).code, 0);
  });

  test('a missing trainer says so', async () => {
    const { code, stderr } = await run(['doctor']);
    assert.equal(code, 1);
    assert.match(stderr, /trainer .* is missing/);
  });

  test('a trainer of another version is refused', async () => {
    const { code, stderr } = await run(['doctor', '--store', join(root, 'other-version')], 'fakeTrainer.ts');
    assert.equal(code, 1);
    assert.match(stderr, /speaks version 99/);
  });
});

describe('wrong usage is exit code 2', () => {
  const wrong: [string, string[], RegExp][] = [
    ['no command', [], /Usage: ulmfit/],
    ['an unknown command', ['trian'], /unknown command/],
    ['an unknown flag', ['list', '--frobnicate'], /unknown option/],
    ['a missing flag', ['train-encoder', '--name', 'n'], /--data/],
    ['a missing operand', ['resume'], /missing required argument/],
    ['an operand too many', ['list', 'x'], /too many arguments/],
    ['a number that is none', train('n', '--epochs', 'three'), /--epochs.*must be a number/],
    ['a number out of range', train('n', '--valid-pct', '1.5'), /--valid-pct: /],
    ['half an epoch', train('n', '--epochs', '1.5'), /--epochs: /],
    ['a name that is a path', train('../n'), /--name: .*cannot be a name/],
    ['an unknown engine', ['list', '--engine', 'abacus'], /Allowed choices are auto, onnx/],
    ['no thread', ['list', '--threads', '0'], /--threads/],
    ['a file without --out', ['classify', 'm', '--file', 'a.csv'], /--file needs --out/],
    ['--out without a file', ['classify', 'm', '--out', 'a.csv'], /go with --file/],
  ];
  for (const [what, args, message] of wrong) {
    test(what, async () => {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    });
  }

  test('with --json it is an object too', async () => {
    const { code, stdout } = await run(['list', '--frobnicate', '--json']);
    assert.equal(code, 2);
    assert.equal(objects(stdout)[0]?.['code'], 'bad-setting');
  });
});

test('every command has a help text with an example', async () => {
  const { code, stdout } = await run(['--help']);
  assert.equal(code, 0);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) .*/gm)].flatMap(([, name]) => name ?? []);
  const commands = names.filter((name) => !name.startsWith('-') && name !== 'help');
  assert.ok(commands.length >= 14, commands.join());
  await Promise.all(
    commands.map(async (command) => {
      const help = await run([command, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, new RegExp(`Example:\n {2}ulmfit ${command}`), command);
      assert.match(help.stdout, /--store <dir>/);
    }),
  );
});
