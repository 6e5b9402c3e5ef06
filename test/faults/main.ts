// `npm run test:faults`: file-system calls of whole trainings fail, processes are killed, files are altered; nothing is
// lost. `-- --all` tries everything, which takes hours; `-- --seed 7` other things, `-- --job alter` one of the jobs.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosen, everything, fastFolder, jobs } from './jobs';
import { Report } from './report';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    seed: { type: 'string', default: '11' },
    faults: { type: 'string' },
    job: { type: 'string' },
  },
});
const extent = {
  ...(values.all ? everything : chosen),
  ...(values.faults === undefined ? {} : { faults: Number(values.faults) }),
  seed: Number(values.seed),
};

async function main(): Promise<void> {
  let broken = 0;
  const folder = mkdtempSync(join(fastFolder, 'ulmfit-faults-'));
  try {
    for (const [name, job] of Object.entries(jobs)) {
      if (values.job !== undefined && values.job !== name) continue;
      const report = new Report();
      const start = Date.now();
      await job(join(folder, name), extent, report);
      console.log(`${name} (${Math.round((Date.now() - start) / 1000)} s)`);
      for (const line of report.lines()) console.log(`  ${line}`);
      broken += report.violations.length;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(`promises broken: ${broken}`);
  if (broken > 0) process.exitCode = 1;
}

void main();
