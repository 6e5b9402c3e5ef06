/** Reads what strace has written (`-ff -y`: a file for each thread, descriptors with the paths behind them). */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

const onNetwork = ['socket', 'connect', 'bind', 'sendto', 'sendmsg', 'sendmmsg', 'io_uring_setup'];
const onFiles = [
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'symlink', 'symlinkat'],
  ...['link', 'linkat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir', 'truncate'],
  ...['chmod', 'fchmodat', 'fchmodat2', 'utimensat', 'setxattr', 'lsetxattr'],
];

/** The calls to trace; those that a processor's Linux does not have are passed over. */
export const tracedCalls = [...onNetwork, ...onFiles].map((name) => `?${name}`).join(',');

/** Read by whoever asks for the address of a host. */
const filesOfNames = /^\/etc\/(?:resolv\.conf|hosts|gai\.conf)$/u;
/** Devices, and the name that a process gives to a thread of its own. */
const noFiles = /^\/(?:dev\/(?:null|tty)|proc\/self\/task\/\d+\/comm)$/u;

export interface Trace {
  readonly network: readonly string[];
  readonly written: readonly string[];
}

/**
 * The offences in the files of a trace.
 * @param workingFolder of the program, for the paths that are relative to it
 * @param mayWrite files and folders that may be written
 */
export function readTrace(folder: string, workingFolder: string, mayWrite: readonly string[]): Trace {
  const lines = readdirSync(folder)
    .filter((file) => file.startsWith('calls'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  const isAllowed = (path: string) =>
    noFiles.test(path) || mayWrite.some((allowed) => path === allowed || path.startsWith(allowed + sep));
  const network: string[] = [];
  const written: string[] = [];
  for (const line of lines) {
    const name = /^\w+/u.exec(line)?.[0] ?? '';
    if (onNetwork.includes(name)) {
      if (reachesOut(name, line)) network.push(line);
    } else if (onFiles.includes(name)) {
      const paths = pathsIn(line, workingFolder);
      if (paths.some((path) => filesOfNames.test(path))) network.push(line);
      if (isWriting(name, line) && !paths.every(isAllowed)) written.push(line);
    }
  }
  return { network, written };
}

/** A pair of sockets between two processes has no address; everything that has one is somebody else. */
function reachesOut(name: string, line: string): boolean {
  switch (name) {
    case 'socket':
      return !line.startsWith('socket(AF_UNIX,');
    case 'sendto':
    case 'sendmsg':
    case 'sendmmsg':
      return line.includes('sa_family=');
    default:
      return true;
  }
}

function isWriting(name: string, line: string): boolean {
  // Whoever makes sure that a folder is there finds it so, or what is to be removed is gone: nothing has changed.
  if (/ = -1 (?:EEXIST|ENOENT) /u.test(line) && /^(?:mkdir|rmdir|unlink)/u.test(name)) return false;
  return !name.startsWith('open') || /\b(?:O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE)\b/u.test(line);
}

/** The paths that a call names. A target of a link is not touched. */
function pathsIn(line: string, workingFolder: string): string[] {
  const found = [...line.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/gu)];
  const paths = found.map(([, folder, path]) => resolve(folder ?? workingFolder, path ?? ''));
  return /^(?:link|symlink)/u.test(line)
    ? paths.slice(-1)
    : /^l?setxattr/u.test(line)
      ? paths.slice(0, 1)
      : paths;
}
