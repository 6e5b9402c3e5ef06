/** The four jobs of `npm run test:faults`, each with as much of it as there is time for. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alterEverything } from './alterations';
import { tryHostileCommands } from './hostileCommands';
import type { Report } from './report';
import { makeSmallStore } from './smallStore';
import { someOf } from './trainingCases';
import { FaultBench } from './trainingFaults';
import { trySideBySide } from './twoTrainers';

/** How much is tried, by seed. */
export interface Extent {
  readonly seed: number;
  /** Faults of trainings. */
  readonly faults: number;
  /** Trainers at work at the same time. */
  readonly lanes: number;
  /** One of so many bytes of what every run reads, of event files, and of tensors, which are all under one checksum. */
  readonly strides: { readonly small: number; readonly events: number; readonly tensors: number };
  /** One of so many lengths to cut files off at. */
  readonly cutStride: number;
  /** One of so many commands on the hostile store. */
  readonly commandStride: number;
  /** Sequences of commands to trainers side by side. */
  readonly sequences: number;
}

/** Everything, which takes hours. */
export const everything = {
  faults: Infinity,
  lanes: 2,
  strides: { small: 1, events: 1, tensors: 1 },
  cutStride: 1,
  commandStride: 1,
  sequences: 100,
} as const;

/** What fits into some minutes. */
export const chosen = {
  faults: 200,
  lanes: 2,
  strides: { small: 1, events: 4, tensors: 16 },
  cutStride: 5,
  commandStride: 5,
  sequences: 5,
} as const;

/** What `npm test` has time for. */
export const few = {
  faults: 8,
  lanes: 1,
  strides: { small: 40, events: 60, tensors: 400 },
  cutStride: 5,
  commandStride: 60,
  sequences: 1,
} as const;

type Job = (folder: string, extent: Extent, report: Report) => Promise<void>;

/** Files are synced all the time, which costs nothing in memory. */
export const fastFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const inject: Job = async (folder, { seed, faults, lanes }, report) => {
  const benches = [await FaultBench.open(join(folder, 'lane1'), report)];
  const all = (await benches[0]?.cases()) ?? [];
  for (let lane = 2; lane <= lanes; lane++) {
    const bench = await FaultBench.open(join(folder, `lane${lane}`), report);
    await bench.cases();
    benches.push(bench);
  }
  const cases = someOf(all, faults, seed);
  report.count('faults there are', all.length);
  report.count('faults tried', cases.length);
  await Promise.all(
    benches.map(async (bench) => {
      for (let next = cases.shift(); next; next = cases.shift()) await bench.try(next);
      await bench.close();
    }),
  );
};

const alter: Job = async (folder, extent, report) => {
  const { store } = await makeSmallStore(folder);
  await alterEverything(store, extent, report);
};

export const jobs: Readonly<Record<'inject' | 'alter' | 'hostile' | 'beside', Job>> = {
  inject,
  alter,
  hostile: tryHostileCommands,
  beside: trySideBySide,
};
