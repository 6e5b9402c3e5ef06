// `npm run test:e2e`: the packaged extension in a real VS Code, shown by a real browser. Installs what that needs, makes
// the VSIX, and runs the tests one after the other: they share two cores. Words choose files, as with `npm test`. With
// `--again` a file in which something failed is run once more and decides then; what failed first stays in the artefacts.
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { run } from '../../scripts/install.mjs';
import { artefacts, here, root } from './places.mjs';
import { setUp } from './setup.mjs';

const again = process.argv.includes('--again');
const words = process.argv.slice(2).filter((word) => word !== '--again');
setUp();
run(process.execPath, [join(root, 'scripts', 'package.mjs')]);
// Pictures of a former run would be taken for this one's.
rmSync(words.length === 0 ? artefacts : join(artefacts, 'failures'), { recursive: true, force: true });
const files = readdirSync(here)
  .filter((file) => file.endsWith('.e2e.mjs') && words.every((word) => file.includes(word)))
  .map((file) => join(here, file));
let failed = await filesThatFail(files.sort());
if (again && failed.length > 0) {
  console.log(`Once more, since something failed there: ${failed.join(', ')}`);
  failed = await filesThatFail(failed);
  if (failed.length === 0) console.log('All of it passed the second time; the cause is still to be found.');
}
process.exitCode = failed.length === 0 ? 0 : 1;

/** Runs test files one after the other, each in a process of its own. */
async function filesThatFail(tests) {
  const failed = new Set();
  const report = Readable.from(eventsOf(tests, failed)).compose(new spec());
  report.pipe(process.stdout, { end: false });
  await once(report, 'end');
  return [...failed];
}

/** Each file is a run by itself, because an event tells where a test is written, which for all of them is scenario.mjs. */
async function* eventsOf(tests, failed) {
  for (const file of tests) {
    for await (const event of runTests({ files: [file], concurrency: 1 })) {
      if (event.type === 'test:fail') failed.add(file);
      yield event;
    }
  }
}
