import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { processExists } from '../../src/store/processIdentity';
import { Store } from '../../src/store/store';
import { objects, train } from './argumentsAndOutput';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-'));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'commandLine.ts'), ...args], {
    env: { ...process.env, ULMFIT_STORE: root, ...env },
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: Number(code), ...printed }));
  const says = async (stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(printed[stream]);
      if (found) return found;
      if (child.exitCode !== null)
        assert.fail(`ended without ${pattern}: ${printed.stdout}${printed.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, ended, says };
}

async function run(args: readonly string[], input = '', env?: Record<string, string>) {
  const { child, ended } = start(args, env);
  child.stdin.end(input);
  return ended;
}

describe('training', () => {
  test('--json prints every event and the result last, and nothing else on stdout', async () => {
    const { code, stdout } = await run([...train('enc'), '--json']);
    assert.equal(code, 0);
    const events = objects(stdout);
    assert.deepEqual(
      events.map(({ event }) => event),
      ['started', 'phase', 'skipped_rows', 'progress', 'epoch', 'progress', 'epoch', 'result'],
    );
    assert.deepEqual(events[4], {
      event: 'epoch',
      epoch: 1,
      train_loss: 4,
      valid_loss: null,
      accuracy: 0.25,
      seconds: 75,
    });
    assert.deepEqual(events.at(-1)?.['metrics'], { valid_loss: 2, accuracy: 0.25 });
  });

  test('for people it prints fastai’s table, and no bar into a pipe', async () => {
    const { code, stdout, stderr } = await run(train('enc'));
    assert.equal(code, 0);
    assert.match(stdout, /^epoch {5}train_loss {2}valid_loss {2}accuracy {2}time$/m);
    assert.match(stdout, /^1 {9}4\.000000 {4}#na# {8}0\.250000 {2}01:15$/m);
    assert.match(stdout, /accuracy 0\.250000/);
    assert.match(stdout, /Saved encoder "enc"\./);
    assert.match(stderr, /a\.csv:7 no text/);
    assert.ok(!stdout.includes('░') && !stderr.includes('░') && !stdout.includes('\u001b'));
    assert.ok(!stdout.includes('library'), 'what the trainer prints is kept from stdout');
  });

  test('flags reach the trainer, defaults filled in; the global ones hold for the process', async () => {
    const flags = '--text body --text title --bs 16 --lr 1e-3 --n-hid 64 --unfreeze-epochs 2 --seed 7'.split(
      ' ',
    );
    const { stderr } = await run(['--threads', '3', ...train('enc', 'b.csv', ...flags), '--engine', 'onnx']);
    assert.match(stderr, /engine=onnx threads=3/);
    assert.deepEqual(JSON.parse(/options=(.*)/.exec(stderr)?.[1] ?? ''), {
      ...{
        name: 'enc',
        data: ['a.csv', 'b.csv'],
        text: ['body', 'title'],
        validPct: 0.1,
        pretrained: 'none',
      },
      ...{ dropMult: 1, bs: 16, bptt: 70, epochs: 1, lr: 0.001, unfreezeEpochs: 2, nHid: 64 },
      ...{ maxVocab: 60000, minFreq: 2, seed: 7, replace: false },
    });
  });

  test('a classifier’s epochs and rates may be given for each phase', async () => {
    const args =
      'train-classifier --name c --encoder enc --data a.csv --label l --epochs 1,1,2 --lr 0.02'.split(' ');
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0);
    assert.match(stderr, /"epochs":\[1,1,2\],"lr":\[0\.02\]/);
    assert.match(stdout, /^actual \\ predicted {2}a {2}b\na {19}3 {2}1\nb {19}0 {2}4$/m);
  });

  test('a run that fails is exit code 1 with cause and remedy, as an object just once', async () => {
    const { code, stdout, stderr } = await run([...train('failing'), '--json']);
    assert.equal(code, 1);
    assert.match(stderr, /The loss is NaN\.\nTry a lower --lr\./);
    assert.deepEqual(
      objects(stdout).filter(({ event }) => event === 'error'),
      [{ event: 'error', code: 'loss-not-finite', message: 'The loss is NaN.', remedy: 'Try a lower --lr.' }],
    );
  });

  test('a trainer that dies is exit code 1 and says how to go on', async () => {
    const { code, stderr, stdout } = await run([...train('crashing'), '--json']);
    assert.equal(code, 1);
    assert.match(stderr, /ended unexpectedly\.\n"ulmfit resume r1"/);
    assert.equal(objects(stdout).at(-1)?.['code'], 'trainer-failed');
  });

  test('resume, extend and rerun', async () => {
    assert.match((await run(['resume', 'r0'])).stdout, /Saved encoder "r0"/);
    assert.match((await run(['extend', 'r0', '--epochs', '2'])).stdout, /Saved encoder "r0\+2"/);
    const store = new Store(await mkdtemp(join(root, 'rerun-')));
    await store.runs.create('r', {
      kind: 'encoder',
      name: 'e',
      options: { name: 'again', data: ['a.csv'], lr: 0.5 },
    });
    const { stdout, stderr } = await run(['rerun', join(store.root, 'runs', 'r', 'run.json')]);
    assert.match(stdout, /Saved encoder "again"/);
    assert.match(stderr, /"lr":0\.5/);
    const named = await run(['rerun', join(store.root, 'runs', 'r', 'run.json'), '--name', 'other']);
    assert.match(named.stdout, /Saved encoder "other"/);
    const missing = await run(['rerun', join(root, 'none.json')]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /none\.json does not exist/);
  });
});

describe('P19: a taken name', () => {
  let store: Store;
  let runFile = '';
  before(async () => {
    store = new Store(await mkdtemp(join(root, 'taken-')));
    const config = { emb_sz: 4, n_hid: 8, n_layers: 1, pad_token: 1 };
    const content = { tensors: new Map(), vocab: ['xxunk'] };
    await store.encoders.save('words', { config, lineage: {}, metrics: {} }, content);
    const options = { name: 'words', data: ['a.csv'], replace: true };
    await store.runs.create('r', { kind: 'encoder', name: 'words', options });
    runFile = join(store.root, 'runs', 'r', 'run.json');
  });
  const inStore = (args: string[]) => run(['--store', store.root, ...args]);

  test('P19: is refused before a download is offered, with exit code 1 and what to do', async () => {
    for (const [name, more] of [
      ['words', []],
      ['WORDS', ['--pretrained', 'wt103']],
    ] as const) {
      const train = ['train-encoder', '--name', name, '--data', 'a.csv', ...more];
      const { code, stdout, stderr } = await inStore(train);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /already an encoder named "words"/);
      assert.doesNotMatch(stderr, /hello|Download/);
    }
    const again = await inStore(['rerun', runFile]);
    assert.equal(again.code, 1, 'whoever runs it again has not said that it may be replaced');
    assert.match(again.stderr, /--replace/);
  });

  test('P19: is given to the trainer with the word that it may be replaced', async () => {
    const { code, stderr } = await inStore([
      'train-encoder',
      '--name',
      'words',
      '--data',
      'a.csv',
      '--replace',
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /"replace":true/);
    assert.match((await inStore(['rerun', runFile, '--replace'])).stderr, /"replace":true/);
    const classifier = [
      'train-classifier',
      '--name',
      'm',
      '--encoder',
      'words',
      '--data',
      'a.csv',
      '--replace',
    ];
    assert.match((await inStore(classifier)).stderr, /"replace":true/);
    assert.match((await inStore(classifier.slice(0, -1))).stderr, /"replace":false/);
    assert.match((await inStore(['resume', 'r0', '--replace'])).stdout, /"r0!"/);
    assert.match((await inStore(['extend', 'r0', '--epochs', '2', '--replace'])).stdout, /"r0\+2!"/);
    const ensemble = await inStore(['ensemble', '--name', 'both', '--replace', 'a', 'b']);
    assert.match(ensemble.stderr, /"replace":true/);
  });
});

describe('Ctrl-C', () => {
  test('P19: before an epoch is done it does not say that anything is kept', async () => {
    const { child, ended, says } = start(train('young'));
    await says('stderr', /1 row not used/);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /Stopping\. Ctrl-C again/);
    assert.match(stdout, /so nothing was saved\./);
    assert.doesNotMatch(stdout + stderr, /best so far|Saved/);
  });

  test('the first stops the run with the best so far, exit code 130', async () => {
    const { child, ended, says } = start([...train('long'), '--json']);
    await says('stdout', /"epoch":2/);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /cancel=stop/);
    assert.deepEqual(
      [objects(stdout).at(-1)?.['event'], objects(stdout).at(-1)?.['stopped']],
      ['result', true],
    );
  });

  test('the second ends the trainer at once', async () => {
    const { child, ended, says } = start(train('deaf'));
    const pid = Number((await says('stderr', /pid=(\d+)/))[1]);
    await says('stdout', /^2 /m);
    child.kill('SIGINT');
    await says('stderr', /cancel=stop/);
    const started = Date.now();
    child.kill('SIGINT');
    assert.equal((await ended).code, 130);
    assert.ok(Date.now() - started < 2000);
    assert.ok(!processExists(pid), 'no trainer is left');
  });

  test('the first lets a file be given up in good order', async () => {
    const { child, ended, says } = start(['classify', 'sleeping', '--file', 'in.csv', '--out', 'out.csv']);
    await says('stderr', /classifying/);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /cancel-task=command/);
  });

  test('P10: the first lets an import be given up in good order', async () => {
    const { child, ended, says } = start(['import', 'a.pth', '--name', 'sleeping']);
    await says('stderr', /import=/);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /cancel-task=command/);
  });

  test('where there is nothing to keep, the first ends it', async () => {
    const { child, ended, says } = start(['classify', 'sleeping', 'text']);
    await says('stderr', /pid=/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGINT');
    assert.equal((await ended).code, 130);
  });
});

describe('classifying, generating, tokenizing, evaluating', () => {
  test('JSON lines are answered one by one in order', async () => {
    const lines = Array.from({ length: 1500 }, (_, i) =>
      JSON.stringify({ id: i, text: i % 5 ? String(i) : 'good' }),
    );
    const { code, stdout } = await run(['classify', 'm'], `\ufeff${lines.join('\r\n')}\n\n`);
    assert.equal(code, 0);
    const answers = objects(stdout) as { label: string; probabilities: Record<string, number> }[];
    assert.equal(answers.length, lines.length);
    answers.forEach((answer, i) => {
      assert.equal(answer.label, i % 5 ? 'neg' : '__proto__');
      assert.equal(answer.probabilities['neg'], i % 5 ? i : 0.25);
    });
    assert.match(stdout, /"__proto__":0\.75/);
  });

  test('an answer comes before the input ends', async () => {
    const { child, ended, says } = start(['tokenize']);
    child.stdin.write('{"text":"a b"}\n');
    await says('stdout', /\{"tokens":\["a","b"\]\}\n/);
    child.stdin.end('{"text":"c"}');
    assert.deepEqual(objects((await ended).stdout), [{ tokens: ['a', 'b'] }, { tokens: ['c'] }]);
  });

  test('P17: a line without a text has its error in its place, and the command fails', async () => {
    const { code, stdout, stderr } = await run(
      ['classify', 'm'],
      '{"text":"good"}\nnonsense\n{"t":1}\n{"text":"2"}\n',
    );
    assert.equal(code, 1);
    assert.deepEqual(objects(stdout).slice(1), [
      { error: { line: 2, reason: 'not JSON' } },
      { error: { line: 3, reason: 'no string named "text"' } },
      { label: 'neg', probabilities: JSON.parse('{"neg":2,"__proto__":0}') as unknown },
    ]);
    assert.match(stderr, /2 lines had no text/);
  });

  test('P18: input that is not UTF-8 is refused with the place', async () => {
    const { child, ended } = start(['classify', 'm']);
    child.stdin.end(Buffer.from('{"text":"1"}\n{"text":"\xe4"}\n', 'latin1'));
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /not UTF-8 after line \d/);
  });

  test('a single text, for people and for programs', async () => {
    assert.equal((await run(['classify', 'm', 'good'])).stdout, '__proto__  0.750000\nneg        0.250000\n');
    const { stdout } = await run(['classify', 'm', 'good', '--json']);
    assert.equal(
      stdout,
      '{"event":"result","label":"__proto__","probabilities":{"neg":0.25,"__proto__":0.75}}\n',
    );
  });

  test('generate, tokenize, classify --file, evaluate and doctor', async () => {
    const generated = await run(['generate', 'enc', 'It was', '--words', '5', '--seed', '3']);
    assert.equal(generated.stdout, 'It was 5 3 \ufffd[31mred\n', 'no control character reaches the terminal');
    const all = await Promise.all([
      run(['tokenize', 'a b', '--json']),
      run(['classify', 'm', '--file', 'in.csv', '--text', 'body', '--out', 'out.csv', '--json']),
      run(['evaluate', 'm', '--data', 'a.csv', '--json']),
      run(['doctor']),
    ]);
    assert.deepEqual(
      all.map(({ code }) => code),
      [0, 0, 0, 0],
    );
    assert.deepEqual(
      all.map(({ stdout }) => stdout.trimEnd()),
      [
        '{"event":"result","tokens":["a","b"]}',
        '{"event":"result","out":"out.csv","rows":3,"issues":[]}',
        '{"event":"result","model":"m","rows":8,"metrics":{"accuracy":0.875},"issues":[]}',
        'FAIL  onnx: not there. Install it.',
      ],
    );
  });

  test('an error of the trainer comes with its remedy', async () => {
    const { code, stderr, stdout } = await run(['generate', 'nobody', 'x', '--json']);
    assert.equal(code, 1);
    assert.match(stderr, /Error: There is no encoder named "nobody"\.\nThe store has: "enc"\./);
    assert.equal(objects(stdout)[0]?.['code'], 'not-found');
  });
});
