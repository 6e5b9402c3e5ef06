import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { train } from './argumentsAndOutput';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-'));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

interface Streams {
  readonly stdout?: number;
  readonly stderr?: number;
  /** After how many characters of stdout it is read no more. */
  readonly readUntil?: RegExp;
}

async function run(args: readonly string[], { stdout, stderr, readUntil }: Streams) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'commandLine.ts'), ...args], {
    env: { ...process.env, ULMFIT_STORE: root },
    stdio: ['ignore', stdout ?? 'pipe', stderr ?? 'pipe'],
  });
  let [printed, said] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (readUntil?.test(printed)) child.stdout?.destroy();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, stderr: said };
}

const quiet = /^(?![\s\S]*(\n {4}at |defect|Unhandled|throw ))/u;
const needsFull = process.platform === 'linux' ? false : 'There is no /dev/full.';

describe('P6: output that cannot be written is a failure, without a stack trace', () => {
  for (const args of [['list'], ['list', '--json'], ['--help'], train('enc'), [...train('enc'), '--json']]) {
    test(`P6: ulmfit ${args.join(' ')} on a full disk`, { skip: needsFull }, async () => {
      const full = openSync('/dev/full', 'w');
      const { code, stderr } = await run(args, { stdout: full });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^Error: The output could not be written: .*ENOSPC/mu);
      assert.match(stderr, quiet);
      // Nor where that cannot be said.
      assert.equal((await run(args, { stdout: full, stderr: full })).code, 1);
      closeSync(full);
    });
  }

  test('P6: wrong usage with --json on a full disk', { skip: needsFull }, async () => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await run(['list', '--frobnicate', '--json'], { stdout: full });
    closeSync(full);
    assert.equal(code, 1);
    assert.match(stderr, quiet);
  });

  for (const more of [[], ['--json']]) {
    test(`P6: train ${more.join(' ')} | head: the run is paused, which is said, and that is no success`, async () => {
      const { code, stderr } = await run([...train('endless'), ...more], { readUntil: /\n/u });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /the run was paused\. "ulmfit resume \S+" goes on/u);
      assert.match(stderr, quiet);
    });
  }

  test(
    'P6: and where nobody reads standard error either',
    { skip: process.platform === 'win32' },
    async () => {
      const script = '"$@" 2>&1 | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}"';
      const program = [
        process.execPath,
        '--import',
        'tsx',
        join(__dirname, 'commandLine.ts'),
        ...train('endless'),
      ];
      const child = spawn('bash', ['-c', script, 'bash', ...program], {
        env: { ...process.env, ULMFIT_STORE: root },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [code] = (await once(child, 'exit')) as [number | null];
      assert.equal(code, 1);
    },
  );

  test('a command that had printed all is no failure, however little of it was read', async () => {
    assert.equal((await run(['list'], { readUntil: /Nothing/u })).code, 0);
  });
});

test(
  'P6: a file of which the disk takes the half is a failure, too',
  { skip: process.platform !== 'linux' || process.getuid?.() !== 0 ? 'It needs a disk of its own.' : false },
  () => {
    const disk = join(root, 'disk');
    const command = [process.execPath, '--import', 'tsx', join(__dirname, 'commandLine.ts'), '--help']
      .map((part) => `'${part}'`)
      .join(' ');
    const script = `mkdir -p '${disk}' && mount -t tmpfs -o size=8k none '${disk}' || exit 42
      head -c 6000 /dev/zero > '${disk}/other'
      ${command} > '${disk}/help'; echo $?; wc -c < '${disk}/help'`;
    let printed: string;
    try {
      printed = execFileSync('unshare', ['-m', 'bash', '-c', script], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      // Containers may forbid that.
      if (error instanceof Error && 'status' in error && [1, 42].includes(Number(error.status))) return;
      throw error;
    }
    assert.match(printed, /^1\n/u, printed);
  },
);
