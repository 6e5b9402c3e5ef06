import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { filesIn, freshFolders, seesCalls, seesNetwork, type Watched, watchNode } from './watchedProcess';

const needsTrace = { skip: !seesCalls && 'strace is missing here, or may not trace' };
const needsNetwork = { skip: !seesNetwork && 'neither calls nor packets can be seen here' };
const root = join(import.meta.dirname, '..', '..');

/** What is noticed of a program of one line; it may write into `store`. */
async function noticed(t: TestContext, script: string): Promise<Watched & { files: string[] }> {
  const fresh = freshFolders(t);
  const seen = await watchNode(['-e', script], { fresh, mayWrite: [join(fresh.root, 'store')] });
  assert.equal(seen.code, 0, seen.stderr);
  return { ...seen, files: filesIn(fresh) };
}

describe('the guard of P16 notices', needsNetwork, () => {
  for (const [what, script] of [
    ['a connection', "require('net').connect(9, '127.0.0.1').on('error', () => {})"],
    [
      'a datagram',
      "const s = require('dgram').createSocket('udp4'); s.send('x', 9, '127.0.0.1', () => s.close())",
    ],
    ['a look-up by the system', "require('dns').lookup('nowhere.example', () => {})"],
    ['a look-up by Node', "require('dns').resolve4('nowhere.example', () => {})"],
    [
      'a request from a thread',
      "new (require('worker_threads').Worker)(\"fetch('http://127.0.0.1:40009').catch(() => {})\", { eval: true })",
    ],
    [
      'a request from a child',
      "require('child_process').spawn(process.execPath, ['-e', \"fetch('http://127.0.0.1:40009').catch(() => {})\"])",
    ],
  ] as const) {
    test(what, async (t) => {
      assert.notDeepEqual((await noticed(t, script)).network, []);
    });
  }

  test('a connection to a name service on this machine', needsTrace, async (t) => {
    const script = "require('net').connect('/var/run/nscd/socket').on('error', () => {})";
    assert.match((await noticed(t, script)).network.join('\n'), /nscd/u);
  });

  test('nothing where there is nothing', async (t) => {
    const { network, written, files } = await noticed(
      t,
      "require('fs').mkdirSync('store/deep', { recursive: true })",
    );
    assert.deepEqual({ network, written, files }, { network: [], written: [], files: [] });
  });
});

describe('the guard of P16 notices a file', () => {
  const write = (path: string) => `require('fs').writeFileSync(${path}, '')`;

  test('in the home and in the temporary folder, whatever the machine can trace', async (t) => {
    const script = `${write("require('os').homedir() + '/stray'")}; ${write("require('os').tmpdir() + '/stray'")}`;
    assert.deepEqual((await noticed(t, script)).files, [join('home', 'stray'), join('temporary', 'stray')]);
  });

  test('anywhere else, and one that is gone again', needsTrace, async (t) => {
    const path = JSON.stringify(join(tmpdir(), `ulmfit-stray-${process.pid}`));
    const { written } = await noticed(t, `${write(path)}; require('fs').unlinkSync(${path})`);
    assert.deepEqual(
      written.map((line) => line.split('(', 1)[0]),
      ['openat', 'unlink'],
    );
  });

  test('beside the store, under a name that begins like it', needsTrace, async (t) => {
    assert.equal((await noticed(t, write("'store-of-others'"))).written.length, 1);
  });

  test('that is renamed out of the store, also from a thread', needsTrace, async (t) => {
    const script = `const fs = require('fs'); fs.mkdirSync('store'); ${write("'store/a'")};
      new (require('worker_threads').Worker)("require('fs').renameSync('store/a', 'b')", { eval: true })`;
    assert.match((await noticed(t, script)).written.join('\n'), /^rename\(/u);
  });

  test('of the telemetry in ONNX Runtime, where nobody switches that off', needsTrace, async (t) => {
    const library = JSON.stringify(join(root, 'node_modules', 'onnxruntime-node', 'dist', 'binding.js'));
    const { written, files } = await noticed(t, `require(${library}).initOrt()`);
    // If this fails with another version, it may no longer have any.
    assert.match(written.join('\n'), /DeveloperTools/u);
    assert.match(files.join('\n'), /\.onnxruntime/u);
  });
});
