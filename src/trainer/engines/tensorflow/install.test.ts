import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { storeVariable } from '../../../engine/installation/enginePlace';
import { enginesVariable } from '../../../engine/installation/enginesFolder';
import { verifyInstallation } from '../../../engine/installation/verifyInstallation';
import { crc32 } from '../../../store/foreign/crc32';
import { type StandInServer, startStandInServer } from '../../download/standInServer';
import type { EnginePackage } from '../packages/enginePackage';
import { installTensorFlow, type TensorFlowOrder } from './install';

/** A zip file as Python packages are: members compressed, a directory at the end. */
function zip(members: Record<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end]);
}

const library = Buffer.alloc(200_000, 'library ');
const wheelBytes = zip({
  'tensorflow/__init__.py': Buffer.from('import nothing'),
  'tensorflow/libtensorflow_cc.so.2': library,
  'tensorflow/libtensorflow_framework.so.2': Buffer.from('framework'),
  'nvidia/cudnn/lib/libcudnn.so.9': Buffer.from('cudnn'),
});
const wheel: EnginePackage = {
  client: 'pip',
  name: 'a',
  version: '1',
  file: 'a-1-py3-none-any.whl',
  bytes: wheelBytes.length,
  sha256: createHash('sha256').update(wheelBytes).digest('hex'),
  beginning: { bytes: 100, md5: createHash('md5').update(wheelBytes.subarray(0, 100)).digest('hex') },
};

let server: StandInServer;
let place: string;
let folder: string;
let order: TensorFlowOrder;
before(async () => {
  server = await startStandInServer(wheelBytes);
});
after(() => server.close());
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'ulmfit-install-'));
  const parts = join(place, 'parts');
  await mkdir(parts);
  await writeFile(join(parts, 'backend.js'), 'the backend', { mode: 0o666 });
  await writeFile(join(parts, 'tfjs_binding.node'), 'the binding');
  process.env[enginesVariable] = join(place, 'engines');
  folder = join(place, 'engines', 'tensorflow');
  order = { parts, wheels: [wheel], from: server.address };
});
afterEach(() => rm(place, { recursive: true }));

const quiet = { signal: new AbortController().signal, report: () => undefined };

test('the libraries of a Python package and our own parts end up in one folder, and nothing else is left', async () => {
  const progress: [number, number][] = [];
  const report = (done: number, total: number) => void progress.push([done, total]);
  const installed = await installTensorFlow(order, { ...quiet, report });
  assert.deepEqual(await readFile(join(folder, 'tensorflow', 'libtensorflow_cc.so.2')), library);
  const own = 'the backend'.length + 'the binding'.length;
  const bytes = library.length + 'framework'.length + 'cudnn'.length + own;
  assert.deepEqual(installed, { folder, bytes });
  assert.deepEqual((await readdir(folder)).sort(), [
    'backend.js',
    'installation.json',
    'nvidia',
    'tensorflow',
    'tfjs_binding.node',
  ]);
  assert.deepEqual(await readdir(join(place, 'engines')), ['tensorflow']);
  assert.deepEqual(progress.at(-1), [wheelBytes.length, wheelBytes.length]);
});

test('P21: what is installed is its owner’s alone, and as its record says', async () => {
  await installTensorFlow(order, quiet);
  verifyInstallation('tensorflow', folder);
  if (process.platform === 'win32') return;
  for (const file of [
    '..',
    '.',
    'tensorflow',
    'backend.js',
    join('nvidia', 'cudnn', 'lib', 'libcudnn.so.9'),
  ]) {
    const { mode } = await stat(join(folder, file));
    assert.equal(mode & 0o077, 0, file);
  }
  await writeFile(join(folder, 'tensorflow', 'libtensorflow_framework.so.2'), 'Framework');
  assert.throws(() => {
    verifyInstallation('tensorflow', folder);
  }, /libtensorflow_framework\.so\.2 was changed/u);
  await installTensorFlow(order, quiet);
  verifyInstallation('tensorflow', folder);
});

test('P21: a folder of engines that others may write to is taken from their hands, one in the store is refused', async () => {
  const engines = join(place, 'engines');
  await mkdir(engines);
  await chmod(engines, 0o777);
  await installTensorFlow(order, quiet);
  verifyInstallation('tensorflow', folder);
  process.env[storeVariable] = place;
  await assert.rejects(installTensorFlow(order, quiet), { code: 'engine-unavailable' });
  Reflect.deleteProperty(process.env, storeVariable);
});

test('a file with another hash is refused, deleted, and what was installed before stays', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'backend.js'), 'as before');
  const wheels = [{ ...wheel, sha256: '0'.repeat(64) }];
  await assert.rejects(installTensorFlow({ ...order, wheels }, quiet), { code: 'download-failed' });
  assert.equal(await readFile(join(folder, 'backend.js'), 'utf8'), 'as before');
  assert.ok(!existsSync(`${folder}.new`));
  assert.deepEqual(await readdir(`${folder}.download`), []);
});

test('P10: a cancelled installation leaves what was there, and goes on where it stopped', async () => {
  server.behaviour.stalls = [500];
  const stop = new AbortController();
  const report = (done: number) => {
    if (done > 0) stop.abort();
  };
  await assert.rejects(installTensorFlow(order, { signal: stop.signal, report }), { code: 'cancelled' });
  assert.ok(!existsSync(folder));
  server.requests.length = 0;
  await installTensorFlow(order, quiet);
  assert.match(server.requests[0] ?? '', /^bytes=[1-9]/u);
  assert.ok(existsSync(join(folder, 'backend.js')));
});

test('packages that were put into the folder of downloads need no network', async () => {
  await mkdir(`${folder}.download`, { recursive: true });
  await writeFile(join(`${folder}.download`, wheel.file), wheelBytes);
  server.requests.length = 0;
  await installTensorFlow({ ...order, from: undefined }, quiet);
  assert.deepEqual(server.requests, []);
  assert.ok(existsSync(join(folder, 'backend.js')));
});

test('two installations at once do not mix', async () => {
  server.behaviour.stalls = [500];
  const stop = new AbortController();
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const first = installTensorFlow(order, { signal: stop.signal, report: begin });
  const failed = assert.rejects(first, { code: 'cancelled' });
  await begun;
  await assert.rejects(installTensorFlow(order, quiet), { code: 'already-exists' });
  stop.abort();
  await failed;
});

test('a package without a binding for this platform says what to do, before anything is downloaded', async () => {
  server.requests.length = 0;
  await assert.rejects(installTensorFlow({ ...order, parts: place }, quiet), (error: Error) => {
    assert.match(error.message, /not made for/u);
    return true;
  });
  assert.deepEqual(server.requests, []);
});
