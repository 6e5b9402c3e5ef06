// Which kinds of file-system calls there are, and what each of them can fail with.
import { constants } from 'node:fs';

const looks = ['access', 'exists', 'lstat', 'opendir', 'readdir', 'readlink', 'realpath', 'stat', 'statfs'];
const changes = ['chmod', 'copyFile', 'cp', 'link', 'lutimes', 'mkdir', 'mkdtemp', 'rename', 'symlink'];
changes.push('truncate', 'utimes', 'handle.chmod', 'handle.utimes');
const removals = ['rm', 'rmdir', 'unlink'];
const writes = ['handle.appendFile', 'handle.datasync', 'handle.sync', 'handle.truncate', 'handle.write'];
writes.push('handle.writeFile', 'handle.writev', 'write', 'fsync');

/** @type {typeof import('./calls.d.mts').kindOf} */
export function kindOf(name, flags) {
  if (name === 'open') return opensToRead(flags) ? 'open' : 'create';
  if (name === 'readFile') return 'open';
  if (name === 'writeFile' || name === 'appendFile') return 'create';
  if (name === 'handle.close' || name === 'close') return 'close';
  if (looks.includes(name)) return 'look';
  if (changes.includes(name)) return 'change';
  if (removals.includes(name)) return 'remove';
  return writes.includes(name) ? 'write' : 'read';
}

function opensToRead(flags) {
  if (typeof flags !== 'number') return flags === undefined || flags === 'r';
  return (flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT)) === 0;
}

const all = ['open', 'create', 'look', 'change', 'remove', 'read', 'write', 'close'];

/** @type {typeof import('./calls.d.mts').befalls} */
export const befalls = {
  EIO: all,
  ENOSPC: ['create', 'change', 'write', 'close'],
  EACCES: ['open', 'create', 'look', 'change', 'remove'],
  KILL: all,
  EMFILE: ['open', 'create', 'look'],
  EFBIG: ['write'],
  EDQUOT: ['create', 'change', 'write', 'close'],
};

/** Where the two are not called the same. */
const systemCalls = {
  ...{ appendFile: 'open', copyFile: 'copyfile', exists: 'access', lutimes: 'lutime', readdir: 'scandir' },
  ...{ readFile: 'open', utimes: 'utime', writeFile: 'open' },
  ...{ 'handle.appendFile': 'write', 'handle.chmod': 'fchmod', 'handle.datasync': 'fdatasync' },
  ...{ 'handle.readFile': 'read', 'handle.readv': 'read', 'handle.stat': 'fstat', 'handle.sync': 'fsync' },
  ...{ 'handle.truncate': 'ftruncate', 'handle.utimes': 'futime', 'handle.writeFile': 'write' },
  ...{ 'handle.writev': 'write' },
};

/** @type {typeof import('./calls.d.mts').systemCallOf} */
export function systemCallOf(name) {
  return systemCalls[name] ?? name.replace('handle.', '');
}
