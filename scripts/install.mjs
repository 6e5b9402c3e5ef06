// Installs the packages of package-lock.json where they are missing or older than the lock file.
// Only Node's own modules here: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the project's folder with its output shown; ends this process with its exit code if it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function installIfMissing() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const locked = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return;
  console.log('Installing packages (once) …');
  // `npm ci` of the npm that runs this script, so that Windows' npm.cmd needs no shell.
  const npm = process.env.npm_execpath;
  if (npm) run(process.execPath, [npm, 'ci', '--ignore-scripts', '--loglevel=error']);
  else run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { shell: process.platform === 'win32' });
}
