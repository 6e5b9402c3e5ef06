// Makes a store of 2,000 runs with the events of real trainings and 300 models, and measures how long listing them takes,
// by the command line and as the extension does; then again with an event file of 600 MB of genuine lines and one of NULs
// beside them: `npm run measure:lists`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addHollowRun, addLongRun, fillStore } from '../test/store/fillStore.mjs';
import { installIfMissing, root, run } from './install.mjs';

const tries = 7;
installIfMissing();
run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-lists-'));
try {
  const few = join(folder, 'few');
  train(few);
  fillStore(few, { runs: 10, models: 10 });
  measure('10 runs, 10 models', few);
  const many = join(folder, 'many');
  train(many);
  fillStore(many, { runs: 2000, models: 300 });
  measure('2,000 runs, 300 models', many);
  const long = addLongRun(many, 600 * 2 ** 20);
  addHollowRun(many, 600 * 2 ** 20);
  measure('… and two event files of 600 MB', many);
  tsx('measureEvents.ts', many, long);
} finally {
  rmSync(folder, { recursive: true });
}

function train(store) {
  const data = join(folder, 'rows.csv');
  const row = (i) =>
    i % 2 === 0 ? 'weather,rain and sun and the wind' : 'sport,a goal and a match and the team';
  writeFileSync(
    data,
    ['label,text', ...Array.from({ length: 60 }, (_, i) => `${row(i)} ${i}`), ''].join('\n'),
  );
  const sizes = ['--emb-sz', '24', '--n-hid', '32', '--n-layers', '2', '--min-freq', '1'];
  const small = [...sizes, '--bptt', '10', '--bs', '4', '--epochs', '8'];
  ulmfit(store, 'train-encoder', '--name', 'words', '--data', data, ...small);
  ulmfit(
    store,
    'train-classifier',
    '--name',
    'topics',
    '--encoder',
    'words',
    '--data',
    data,
    '--epochs',
    '4',
  );
}

function ulmfit(store, ...args) {
  execFileSync(process.execPath, [join(root, 'dist', 'cli.js'), '--store', store, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
}

function measure(what, store) {
  console.log(`\n${what}`);
  for (const command of ['runs', 'list']) {
    const times = Array.from({ length: tries }, () => {
      const begun = performance.now();
      ulmfit(store, command);
      return performance.now() - begun;
    }).sort((a, b) => a - b);
    const [best, median] = [times[0], times[tries >> 1]];
    console.log(`  ulmfit ${command}: ${Math.round(median)} ms (best of ${tries}: ${Math.round(best)})`);
  }
  tsx('measureViews.ts', store);
}

function tsx(script, ...args) {
  run(process.execPath, ['--import', 'tsx', join(root, 'test', 'store', script), ...args]);
}
