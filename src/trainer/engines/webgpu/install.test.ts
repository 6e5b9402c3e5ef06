import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { enginesVariable } from '../../../engine/installation/enginesFolder';
import { verifyInstallation } from '../../../engine/installation/verifyInstallation';
import { type StandInServer, startStandInServer } from '../../download/standInServer';
import type { EnginePackage } from '../packages/enginePackage';
import { type StandInClients, standInClients } from '../packages/standInClients';
import { installWebgpu } from './install';

/** A tar archive as npm packs it. */
function tarOf(members: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(members).flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    const content = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    content.write(text);
    header.write(name);
    header.write('0000644\0', 100);
    header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\0', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const platform = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
const archive = tarOf({
  'package/LICENSE.md': 'MIT',
  'package/build/postinstall.js': 'never run',
  'package/dist/other-cpu/dawn.node': 'of another platform',
  [`package/dist/${platform}/dawn.node`]: 'the library',
});
const described: EnginePackage = {
  client: 'npm',
  name: 'webgpu',
  version: '1.0.0',
  file: 'webgpu-1.0.0.tgz',
  bytes: archive.length,
  sha256: createHash('sha256').update(archive).digest('hex'),
  beginning: { bytes: 64, md5: createHash('md5').update(archive.subarray(0, 64)).digest('hex') },
};
const root = mkdtempSync(join(tmpdir(), 'ulmfit-webgpu-'));
const folder = join(root, 'engines', 'webgpu');
let server: StandInServer;
let clients: StandInClients;

before(async () => {
  process.env[enginesVariable] = join(root, 'engines');
  clients = standInClients();
  server = await startStandInServer(archive);
});
after(async () => {
  await server.close();
  clients.end();
  rmSync(root, { recursive: true });
});

const task = () => ({ signal: new AbortController().signal, report: () => undefined });

test('what this platform needs is unpacked out of what npm fetched, and nothing else is left', async () => {
  clients.set('npm', { file: described.file, content: archive });
  const installed = await installWebgpu({ package: described }, task());
  assert.equal(readFileSync(join(folder, 'dist', platform, 'dawn.node'), 'utf8'), 'the library');
  assert.deepEqual(installed, { folder, bytes: 'MIT'.length + 'the library'.length });
  assert.deepEqual(readdirSync(folder).sort(), ['LICENSE.md', 'dist', 'installation.json']);
  assert.deepEqual(readdirSync(join(folder, 'dist')), [platform]);
  assert.deepEqual(readdirSync(join(root, 'engines')), ['webgpu']);
  verifyInstallation('webgpu', folder);
});

test('another file than the one that is known is not unpacked', async () => {
  rmSync(folder, { recursive: true });
  const wrong = { ...described, sha256: '0'.repeat(64) };
  for (const from of [undefined, server.address]) {
    await assert.rejects(installWebgpu({ package: wrong, from }, task()), { code: 'download-failed' });
  }
  assert.ok(!existsSync(folder));
});

test('a platform that it is not made for is told so', async () => {
  const other = tarOf({
    'package/LICENSE.md': 'MIT',
    'package/dist/other-cpu/dawn.node': 'of another platform',
  });
  clients.set('npm', { file: described.file, content: other });
  const wanted: EnginePackage = {
    ...described,
    bytes: other.length,
    sha256: createHash('sha256').update(other).digest('hex'),
  };
  await assert.rejects(installWebgpu({ package: wanted }, task()), { code: 'engine-unavailable' });
});
