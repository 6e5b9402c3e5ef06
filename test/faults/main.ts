// `npm run test:faults`: file-system calls of whole trainings fail, processes are killed, files are altered; nothing is
// lost. `-- --all` tries every call with every fault, which takes a while; `-- --seed 7 --cases 50` other ones of them.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alterEverything } from './alterations';
import { tryHostileCommands } from './hostileCommands';
import { Report } from './report';
import { makeSmallStore } from './smallStore';
import { someOf } from './trainingCases';
import { trySideBySide } from './twoTrainers';
import { FaultBench } from './trainingFaults';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    seed: { type: 'string', default: '11' },
    cases: { type: 'string', default: '300' },
    job: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed);
const lanes = 2;

/** Files are synced all the time, which costs nothing in memory. */
const fastFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

async function injectFaults(folder: string, report: Report): Promise<void> {
  const first = await FaultBench.open(join(folder, 'lane1'), report);
  const all = await first.cases();
  const chosen = values.all ? all : someOf(all, Number(values.cases), seed);
  report.count('faults there are', all.length);
  report.count('faults tried', chosen.length);
  const others = await Promise.all(
    Array.from({ length: lanes - 1 }, async (_, lane) => {
      const bench = await FaultBench.open(join(folder, `lane${lane + 2}`), report);
      await bench.cases();
      return bench;
    }),
  );
  const benches = [first, ...others];
  await Promise.all(
    benches.map(async (bench) => {
      for (let next = chosen.shift(); next; next = chosen.shift()) await bench.try(next);
      await bench.close();
    }),
  );
}

async function alterFiles(folder: string, report: Report): Promise<void> {
  const { store } = await makeSmallStore(folder);
  await alterEverything(store, { seed, tensorStride: values.all ? 1 : 16 }, report);
}

const jobs = {
  inject: injectFaults,
  alter: alterFiles,
  hostile: (folder: string, report: Report) => tryHostileCommands(folder, values.all, report),
  beside: (folder: string, report: Report) => trySideBySide(folder, values.all ? 100 : 8, seed, report),
};

async function main(): Promise<void> {
  const report = new Report();
  const folder = mkdtempSync(join(fastFolder, 'ulmfit-faults-'));
  try {
    for (const [name, job] of Object.entries(jobs)) {
      if (values.job !== '' && values.job !== name) continue;
      const start = Date.now();
      await job(join(folder, name), report);
      console.log(`${name}: ${Math.round((Date.now() - start) / 1000)} s`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  for (const line of report.lines()) console.log(line);
  console.log(`promises broken: ${report.violations.length}`);
  if (report.violations.length > 0) process.exitCode = 1;
}

void main();
