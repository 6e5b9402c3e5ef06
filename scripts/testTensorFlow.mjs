// `npm run test:tensorflow`: builds a real TensorFlow (scripts/buildTensorFlow.mjs) and runs on it the properties of
// every operation, the golden numbers and the training trace of the real fastai, and what is true of this engine alone.
// Both npm packages must pass; the one for NVIDIA cards computes on the processor where there is none.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildTensorFlow } from './buildTensorFlow.mjs';
import { installIfMissing, root, run } from './install.mjs';

installIfMissing();
const folder = buildTensorFlow();
// The tests of P16 run the real command line.
run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
const tests = (...places) =>
  places.flatMap((place) =>
    readdirSync(join(root, place), { recursive: true })
      .map((file) => join(place, String(file)))
      .filter((file) => file.endsWith('.test.ts')),
  );
const everything = [
  ...tests(
    join('src', 'engine', 'kernelTests'),
    join('src', 'engine', 'tensorflow'),
    join('test', 'tensorflow'),
  ),
  ...[
    'classifier',
    'explain',
    'generation',
    'languageModel',
    'longAndBackwards',
    'training',
    'trainingTrace',
  ].map((name) => join('test', 'golden', `${name}.test.ts`)),
  ...['commandLine', 'library'].map((name) => join('test', 'privacy', `${name}.test.ts`)),
].sort();
runTests('tfjs-node', everything);
runTests(
  'tfjs-node-gpu',
  everything.filter((file) => /kernelTests|trainingTrace/.test(file)),
);

function runTests(name, files) {
  console.log(`\n@tensorflow/${name}: ${files.length} test files`);
  for (const file of files) console.log(`  ${file}`);
  run(process.execPath, ['--import', 'tsx', '--test', ...files], {
    env: {
      ...process.env,
      ULMFIT_TENSORFLOW: join(folder, 'node_modules', '@tensorflow', name),
      ULMFIT_TEST_ENGINE: 'tensorflow',
    },
  });
}
