// Stores with very many entries, and event files as large as those of days: for measuring and end-to-end tests.
import { Buffer } from 'node:buffer';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const folders = (folder) => readdirSync(folder).filter((name) => !name.startsWith('.'));

/**
 * Copies the runs and models that a store has until there are so many: `run.json`, genuine events and manifests under
 * other names.
 */
export function fillStore(store, { runs, models }) {
  const runFolder = join(store, 'runs');
  const genuine = folders(runFolder);
  for (let count = genuine.length; count < runs; count++) {
    const from = genuine[count % genuine.length];
    copyRun(runFolder, from, `20230101-${String(count).padStart(6, '0')}-copy`);
  }
  const modelFolder = join(store, 'models');
  const [model] = folders(modelFolder);
  for (let count = folders(modelFolder).length; count < models; count++) {
    cpSync(join(modelFolder, model), join(modelFolder, `${model}-${String(count).padStart(4, '0')}`), {
      recursive: true,
    });
  }
}

/** Checkpoints aside: no list looks at them. */
function copyRun(folder, from, to, changes = {}) {
  mkdirSync(join(folder, to, 'checkpoints'), { recursive: true });
  const textOf = (file) => readFileSync(join(folder, from, file), 'utf8').replaceAll(from, to);
  // Without a seal, as former versions wrote it: that of another run is not its own.
  const run = { ...JSON.parse(textOf('run.json')), ...changes, sealed: undefined, seal: undefined };
  writeFileSync(join(folder, to, 'run.json'), JSON.stringify(run));
  writeFileSync(join(folder, to, 'events.ndjson'), textOf('events.ndjson'));
}

/**
 * Adds a run that makes `long` and whose event file has genuine lines of progress, as a run of days wrote them with five
 * lines a second.
 *
 * @returns its id
 */
export function addLongRun(store, bytes) {
  const runFolder = join(store, 'runs');
  const from = folders(runFolder)[0];
  const id = '20230202-000000-long';
  copyRun(runFolder, from, id, { name: 'long' });
  const path = join(runFolder, id, 'events.ndjson');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const progress = lines.findLast((line) => line.startsWith('{"event":"progress","part":"train"'));
  const file = openSync(path, 'w');
  writeSync(file, `${lines[0]}\n`);
  const block = Buffer.from(`${progress}\n`.repeat(10_000));
  for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
  writeSync(file, `${lines.slice(1).join('\n')}\n`);
  closeSync(file);
  return id;
}

/** Adds a run whose event file is a hole of so many bytes, which reads as NULs. @returns its id */
export function addHollowRun(store, bytes) {
  const runFolder = join(store, 'runs');
  const id = '20230303-000000-hollow';
  copyRun(runFolder, folders(runFolder)[0], id);
  truncateSync(join(runFolder, id, 'events.ndjson'), 0);
  truncateSync(join(runFolder, id, 'events.ndjson'), bytes);
  return id;
}
