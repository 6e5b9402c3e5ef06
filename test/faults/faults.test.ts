import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fastFolder, few, jobs } from './jobs';
import { Report } from './report';

// `npm run test:faults` tries much more of each.
describe('faults', { timeout: 300_000 }, () => {
  for (const [sentence, job] of [
    [
      'P24: a training whose calls fail ends in words, loses nothing, and goes on to the same weights',
      'inject',
    ],
    ['P8: what stands on an altered file is skipped, refused or identical', 'alter'],
    ['P22: commands on a hostile store end in words, and touch nothing outside of it', 'hostile'],
    ['P25: trainers side by side do not train one run, and lose nothing that is finished', 'beside'],
  ] as const) {
    test(sentence, async (t) => {
      const folder = mkdtempSync(join(fastFolder, 'ulmfit-faults-'));
      t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      const report = new Report();
      await jobs[job](join(folder, job), { ...few, seed: 1 }, report);
      assert.deepEqual(report.violations, []);
    });
  }
});
