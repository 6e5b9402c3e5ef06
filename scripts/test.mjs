// `npm test`: installs what is missing, checks types, lint, format and import rules, builds, and runs every test
// that needs no browser. `npm test -- oneCycle` runs just the test files whose path contains a word.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installIfMissing, root, run } from './install.mjs';

// One check of the engine for all tests, instead of one for each store.
process.env['ULMFIT_ENGINE_CHECKS'] ??= join(root, 'node_modules', '.cache', 'ulmfit', 'engine-checks.json');

// Engines that are installed on this machine are no part of the tests.
process.env['ULMFIT_ENGINES'] ??= join(root, 'node_modules', '.cache', 'ulmfit', 'engines');

const words = process.argv.slice(2);
installIfMissing();
const bin = (...parts) => join(root, 'node_modules', ...parts);
if (words.length === 0) {
  run(process.execPath, [bin('typescript', 'bin', 'tsc'), '--noEmit']);
  run(process.execPath, [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'webview']);
  run(process.execPath, [bin('eslint', 'bin', 'eslint.js'), '.']);
  run(process.execPath, [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']);
  run(process.execPath, [join(root, 'scripts', 'checkContributions.mjs')]);
}
run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
const files = ['src', 'webview', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    // Those need a browser, TensorFlow or a graphics card: `npm run test:e2e`, `test:tensorflow` and `test:webgpu`.
    .filter(
      (file) => !['e2e', 'tensorflow', 'webgpu'].some((folder) => file.startsWith(join('test', folder))),
    )
    .filter((file) => words.every((word) => file.includes(word))),
);
if (files.length === 0) {
  console.error(`No test file's path contains ${words.join(' and ')}.`);
  process.exit(1);
}
run(process.execPath, ['--import', 'tsx', '--test', ...files.sort()]);
