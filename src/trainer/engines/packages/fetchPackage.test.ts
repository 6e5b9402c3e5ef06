import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { UlmfitError } from '../../../errors';
import { startStandInServer } from '../../download/standInServer';
import { byHand, type EnginePackage } from './enginePackage';
import { fetchPackage } from './fetchPackage';
import { type StandInClients, standInClients } from './standInClients';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-fetch-'));
const content = Buffer.alloc(100_000, 'package ');
const wanted: EnginePackage = {
  client: 'npm',
  name: 'thing',
  version: '1.2.3',
  file: 'thing-1.2.3.tgz',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
  beginning: { bytes: 100, md5: createHash('md5').update(content.subarray(0, 100)).digest('hex') },
};
const wheel: EnginePackage = {
  ...wanted,
  client: 'pip',
  file: 'thing-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
};

let clients: StandInClients;
let downloads: string;

beforeEach((t) => {
  clients = standInClients();
  downloads = mkdtempSync(join(root, 'downloads-'));
  if ('after' in t) {
    t.after(() => {
      clients.end();
    });
  }
});
after(() => {
  rmSync(root, { recursive: true });
});

const task = (signal = new AbortController().signal) => ({
  signal,
  onProgress: () => undefined,
  byHand: byHand([wanted], downloads),
});

async function failureOf(fetching: Promise<unknown>): Promise<UlmfitError> {
  const error = await fetching.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UlmfitError, String(error));
  return error;
}

test('npm fetches one version, runs none of its scripts, and works in a folder of ours', async () => {
  clients.set('npm', { file: wanted.file, content });
  const path = await fetchPackage(wanted, { downloads }, task());
  assert.deepEqual(readFileSync(path), content);
  assert.deepEqual(readdirSync(downloads), [wanted.file]);
  const { args, cwd } = clients.calls()[0] ?? { args: [], cwd: '' };
  assert.deepEqual(args.slice(0, 3), ['pack', 'thing@1.2.3', '--ignore-scripts']);
  assert.ok(cwd.endsWith(join(downloads, 'npm')));
});

test('pip fetches one wheel for the platform of its name, without what it depends on and without a build', async (t) => {
  if (process.platform === 'win32') {
    t.skip('A stand-in for a program needs a compiler there.');
    return;
  }
  clients.set('pip', { file: wheel.file, content });
  const path = await fetchPackage(wheel, { downloads }, task());
  assert.deepEqual(readFileSync(path), content);
  const args = clients.calls()[0]?.args ?? [];
  assert.equal(args[0], 'download');
  for (const flag of ['--no-deps', '--only-binary=:all:']) assert.ok(args.includes(flag));
  assert.deepEqual(
    args.filter((_, i) => args[i - 1] === '--platform'),
    ['manylinux2014_x86_64', 'manylinux_2_17_x86_64'],
  );
  assert.equal(args.at(-1), 'thing==1.2.3');
});

test('another file than the one that is known is not kept, whoever brought it', async (t) => {
  clients.set('npm', { file: wanted.file, content: Buffer.from(content).fill('x', 50, 51) });
  const given = mkdtempSync(join(root, 'given-'));
  writeFileSync(join(given, wanted.file), 'too short');
  const server = await startStandInServer(Buffer.from(content).fill('y', 5000, 5001));
  t.after(() => server.close());
  for (const from of [undefined, given, server.address]) {
    const { code } = await failureOf(fetchPackage(wanted, { from, downloads }, task()));
    assert.equal(code, 'download-failed');
    assert.deepEqual(
      readdirSync(downloads, { recursive: true }).filter((name) => String(name).includes('.tgz')),
      [],
    );
  }
});

test('a client that fails is quoted, and the remedy says which file to get and where to put it', async () => {
  clients.set('npm', { complaint: 'noise\nnpm error code E404\nnpm error 404 no such package\n' });
  const { code, message, remedy } = await failureOf(fetchPackage(wanted, { downloads }, task()));
  assert.equal(code, 'download-failed');
  assert.match(message, /npm could not download thing 1\.2\.3: npm error code E404 npm error 404 no such/u);
  for (const part of [wanted.file, 'thing 1.2.3', wanted.sha256, downloads]) assert.ok(remedy.includes(part));
  assert.deepEqual(readdirSync(downloads), []);
});

test('a client that brings something else under another name is told of', async () => {
  clients.set('npm', { file: 'thing-9.tgz', content });
  const { message } = await failureOf(fetchPackage(wanted, { downloads }, task()));
  assert.match(message, /thing-1\.2\.3\.tgz is not what came: thing-9\.tgz/u);
});

test('where the client is not there the message says so, and how to do without', async () => {
  for (const each of [wanted, wheel]) {
    const { code, message, remedy } = await failureOf(fetchPackage(each, { downloads }, task()));
    assert.equal(code, 'download-failed');
    assert.match(message, new RegExp(`${each.client} is not on this machine`, 'u'));
    assert.ok(remedy.includes(wanted.sha256));
  }
});

test('a file that was put there by hand is taken, and a wrong one is fetched anew', async () => {
  writeFileSync(join(downloads, wanted.file), content);
  assert.equal(await fetchPackage(wanted, { downloads }, task()), join(downloads, wanted.file));
  assert.deepEqual(clients.calls(), []);
  clients.set('npm', { file: wanted.file, content });
  writeFileSync(join(downloads, wanted.file), 'another');
  assert.deepEqual(readFileSync(await fetchPackage(wanted, { downloads }, task())), content);
});

test('a folder that the user names is copied from, and stays as it is', async () => {
  const from = mkdtempSync(join(root, 'given-'));
  writeFileSync(join(from, wanted.file), content);
  assert.deepEqual(readFileSync(await fetchPackage(wanted, { from, downloads }, task())), content);
  assert.deepEqual(readdirSync(from), [wanted.file]);
  rmSync(join(downloads, wanted.file));
  rmSync(join(from, wanted.file));
  const { code } = await failureOf(fetchPackage(wanted, { from, downloads }, task()));
  assert.equal(code, 'file-not-found');
});

test('an address that the user names is downloaded from', async (t) => {
  const server = await startStandInServer(content);
  t.after(() => server.close());
  const from = server.address.slice(0, -1);
  assert.deepEqual(readFileSync(await fetchPackage(wanted, { from, downloads }, task())), content);
  const { code } = await failureOf(
    fetchPackage(wanted, { from: 'http://mirror.example/', downloads: `${downloads}-2` }, task()),
  );
  assert.equal(code, 'bad-setting');
});

test('P10: cancelling ends the client with all that it started, even where they do not hear', async () => {
  clients.set('npm', { hangs: true });
  const stop = new AbortController();
  const reason = new UlmfitError('cancelled', 'Stop.', 'Start again.');
  const fetching = failureOf(fetchPackage(wanted, { downloads }, task(stop.signal)));
  while (clients.hanging().length < 2) await pause(20);
  stop.abort(reason);
  assert.equal(await fetching, reason);
  await allGone(clients.hanging());
});

test('P9: a client does not outlive the process that wanted it', async () => {
  clients.set('npm', { hangs: true });
  mkdirSync(join(downloads, 'npm'));
  const program = `
    import { runClient } from ${JSON.stringify(join(import.meta.dirname, 'runClient.ts'))};
    const [folder, program, ...args] = process.argv.slice(2);
    void runClient({ program, arguments: [] }, args, { folder, env: {}, signal: new AbortController().signal });`;
  const file = join(downloads, 'host.ts');
  writeFileSync(file, program);
  const isWindows = process.platform === 'win32';
  const command = isWindows
    ? [process.execPath, join(clients.folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')]
    : [join(clients.folder, 'npm')];
  const repository = join(import.meta.dirname, '..', '..', '..', '..');
  const host = spawn(process.execPath, ['--import', 'tsx', file, downloads, ...command, 'pack'], {
    cwd: repository,
    stdio: 'inherit',
  });
  while (clients.hanging().length < 2) await pause(20);
  host.kill('SIGKILL');
  await allGone(clients.hanging());
});

/** Waits until none of the processes is there any more. */
async function allGone(pids: readonly number[]): Promise<void> {
  assert.equal(pids.length, 2);
  const isThere = (pid: number) => {
    try {
      process.kill(pid, 0);
    } catch {
      // ESRCH: it is gone.
      return false;
    }
    const state = `/proc/${pid}/stat`;
    // What nobody has waited for yet is gone all the same.
    return !(existsSync(state) && readFileSync(state, 'utf8').includes(' Z '));
  };
  while (pids.some(isThere)) await pause(20);
}
