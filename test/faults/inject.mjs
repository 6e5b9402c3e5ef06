// Loaded into a trainer before its own code (`--import` in NODE_OPTIONS reaches its threads, too): counts every
// file-system call on a path below FAULTS_STORE, and from the call that it is told on fails it, or ends the process.
// It is told over the pipe FAULTS_PIPE; its threads share what it was told.
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { constants } from 'node:os';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { befalls, kindOf, systemCallOf } from './calls.mjs';
import './repeatProbe.mjs';

const store = process.env.FAULTS_STORE;
const log = process.env.FAULTS_LOG;
const thread = isMainThread ? 'speaking' : 'computing';
/** Kept from before anything was patched: what this file itself writes is not counted. */
const { appendFileSync, closeSync } = fs;

const places = { armed: 0, at: 1, code: 2, lasts: 3, isOn: 4, calls: 5, failed: 6, isRecording: 7, since: 8 };
if (isMainThread) setEnvironmentData('faults', new SharedArrayBuffer(4 * Object.keys(places).length));
const words = new Int32Array(getEnvironmentData('faults'));
const get = (place) => Atomics.load(words, places[place]);
const set = (place, value) => Atomics.store(words, places[place], value);
const threads = ['none', 'speaking', 'computing'];
const codes = Object.keys(befalls);

/** The code that this call is to fail with, or nothing. */
function faultOf(name, flags) {
  const armed = threads[get('armed')];
  if (armed === 'none') return undefined;
  const code = codes[get('code')];
  const fits = befalls[code].includes(kindOf(name, flags));
  if (get('isOn') === 1) return get('lasts') === 1 && fits ? code : undefined;
  if (armed !== thread) return undefined;
  const call = Atomics.add(words, places.calls, 1) + 1;
  if (call < get('at') || !fits) return undefined;
  set('isOn', 1);
  set('since', Date.now() % 2 ** 31);
  return code;
}

function failure(code, name, path) {
  const texts = { ENOSPC: 'no space left on device', EACCES: 'permission denied', EIO: 'i/o error' };
  const syscall = systemCallOf(name);
  // A call on a handle does not know the path any more.
  const place = name.startsWith('handle.') ? {} : { path };
  const message = `${code}: ${texts[code] ?? 'injected'}, ${syscall}${place.path ? ` '${path}'` : ''}`;
  return Object.assign(new Error(message), { code, errno: -constants.errno[code], syscall, ...place });
}

const isBelow = (path) => path === store || path.startsWith(store + sep);
function pathOf(value) {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  return value instanceof URL ? fileURLToPath(value) : '';
}

/** Half of what a call was to write, as a disk that fills up in its middle does. */
function half(args, at) {
  const data = args[at];
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return undefined;
  const shorter = [...args];
  if (typeof args[at + 2] === 'number') shorter[at + 2] = args[at + 2] >> 1;
  else
    shorter[at] =
      typeof data === 'string' ? data.slice(0, data.length >> 1) : data.subarray(0, data.length >> 1);
  return shorter;
}
const writing = { appendFile: 1, writeFile: 1, appendFileSync: 1, writeFileSync: 1, 'handle.appendFile': 0 };
Object.assign(writing, { 'handle.write': 0, 'handle.writeFile': 0 });

/** Counts a call. @returns how it is to fail, if it is; without an error the process is to end */
function counted(name, path, flags) {
  if (get('isRecording') === 1)
    appendFileSync(log, `${thread}\t${kindOf(name, flags)}\t${name}\t${path.slice(store.length)}\n`);
  const code = faultOf(name, flags);
  if (code === undefined) return undefined;
  const failed = Atomics.add(words, places.failed, 1);
  if (failed < 3) appendFileSync(log, `failed\t${thread}\t${code}\t${name}\t${path.slice(store.length)}\n`);
  return { error: code === 'KILL' ? undefined : failure(code, name, path) };
}
const die = () => process.kill(process.pid, 'SIGKILL');

/** Where a handle or descriptor leads, if below the store. */
const handles = new WeakMap();
const descriptors = new Map();
const handlePrototypes = new Set();

function follow(handle, path) {
  handles.set(handle, path);
  // Of each handle's own, unlike the rest. A descriptor is freed even where closing reports an error.
  const { close } = handle;
  handle.close = async () => {
    const fault = counted('handle.close', path);
    if (fault && !fault.error) die();
    await close.call(handle);
    if (fault) throw fault.error;
  };
  const prototype = Object.getPrototypeOf(handle);
  if (handlePrototypes.has(prototype)) return;
  handlePrototypes.add(prototype);
  for (const name of [
    'appendFile',
    'chmod',
    'datasync',
    'read',
    'readFile',
    'readv',
    'stat',
    'sync',
    'truncate',
    'utimes',
    'write',
    'writeFile',
    'writev',
  ]) {
    const original = prototype[name];
    prototype[name] = async function (...args) {
      const below = handles.get(this);
      const fault = below === undefined ? undefined : counted(`handle.${name}`, below);
      if (!fault) return original.apply(this, args);
      const shorter = half(args, writing[`handle.${name}`]);
      if (shorter) await original.apply(this, shorter);
      if (!fault.error) die();
      throw fault.error;
    };
  }
}

const byPath = [
  'access',
  'appendFile',
  'chmod',
  'copyFile',
  'cp',
  'link',
  'lstat',
  'lutimes',
  'mkdir',
  'mkdtemp',
  'open',
  'opendir',
  'readdir',
  'readFile',
  'readlink',
  'realpath',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'statfs',
  'symlink',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
];

function belowStore(args) {
  return [args[0], args[1]].map(pathOf).find((path) => path !== '' && isBelow(path));
}

for (const name of byPath) {
  const original = fs.promises[name];
  fs.promises[name] = async function (...args) {
    const path = belowStore(args);
    const fault = path === undefined ? undefined : counted(name, path, args[1]);
    if (fault) {
      const shorter = half(args, writing[name]);
      if (shorter) await original.apply(this, shorter).catch(() => undefined);
      if (!fault.error) die();
      throw fault.error;
    }
    const result = await original.apply(this, args);
    if (name === 'open' && path !== undefined) follow(result, path);
    return result;
  };
}

for (const name of [...byPath, 'exists'].filter((each) => `${each}Sync` in fs)) {
  const original = fs[`${name}Sync`];
  fs[`${name}Sync`] = function (...args) {
    const path = belowStore(args);
    const fault = path === undefined ? undefined : counted(name, path, args[1]);
    if (fault) {
      const shorter = half(args, writing[`${name}Sync`]);
      if (shorter) original.apply(this, shorter);
      if (!fault.error) die();
      if (name === 'exists') return false;
      throw fault.error;
    }
    const result = original.apply(this, args);
    if (name === 'open' && path !== undefined) descriptors.set(result, path);
    return result;
  };
}

/** With callbacks, as streams call them. */
for (const name of [...byPath, 'read', 'write', 'fsync', 'fstat', 'close'].filter((each) => each in fs)) {
  const original = fs[name];
  fs[name] = function (...args) {
    const answer = args.findLast((each) => typeof each === 'function');
    const path = typeof args[0] === 'number' ? descriptors.get(args[0]) : belowStore(args);
    if (path === undefined || answer === undefined) return original.apply(this, args);
    const fault = counted(name, path, args[1]);
    if (fault) {
      if (!fault.error) die();
      if (name === 'close') closeSync(args[0]);
      process.nextTick(answer, fault.error);
      return undefined;
    }
    if (name === 'close') descriptors.delete(args[0]);
    if (name !== 'open') return original.apply(this, args);
    args[args.lastIndexOf(answer)] = (error, fd) => {
      if (!error) descriptors.set(fd, path);
      answer(error, fd);
    };
    return original.apply(this, args);
  };
}
syncBuiltinESMExports();

const pipe = Number(process.env.FAULTS_PIPE);
if (isMainThread && pipe > 0 && process.argv[1]?.endsWith('trainer.js')) {
  const socket = new net.Socket({ fd: pipe, readable: true, writable: true });
  socket.setEncoding('utf8');
  let rest = '';
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const told = JSON.parse(line);
      const answer = { calls: get('calls'), failed: get('failed'), since: get('since') };
      set('armed', 0);
      for (const place of ['calls', 'failed', 'isOn', 'since']) set(place, 0);
      set('isRecording', told.record ? 1 : 0);
      if (told.thread) {
        set('at', told.at);
        set('code', codes.indexOf(told.code));
        set('lasts', told.lasts ? 1 : 0);
        set('armed', threads.indexOf(told.thread));
      }
      socket.write(`${JSON.stringify(answer)}\n`);
    }
  });
  socket.unref();
}
