/** The runs of the injection job, and which of their calls fail how. */
import { RandomStream } from '../../src/random';
import { befalls, type FaultCode } from './calls.mjs';
import type { Fault, FaultyTrainer, MadeCall, TrainerThread } from './faultyTrainer';
import { classifierOptions, encoderOptions, type SmallStore } from './smallStore';

/** Something that a trainer is asked to do, whose calls fail. */
export interface Scenario {
  readonly name: string;
  readonly kind: 'encoders' | 'models';
  /** The entry that it makes. */
  readonly makes: string;
  /** A run of the small store that it goes on with, instead of a new one. */
  readonly resumes?: string;
  readonly begin: (trainer: FaultyTrainer) => Promise<{ run: string }>;
}

export interface Case {
  /** Its name: every store has its own. */
  readonly scenario: string;
  readonly fault: Fault;
  /** The same for calls that differ in nothing but when they come, such as the writes of one file. */
  readonly alike: string;
}

export function scenariosOf({ data, runs }: SmallStore): Scenario[] {
  return [
    {
      name: 'train an encoder',
      kind: 'encoders',
      makes: 'made',
      begin: ({ connection }) => connection.request('train-encoder', encoderOptions('made', data)),
    },
    {
      name: 'train a classifier',
      kind: 'models',
      makes: 'made',
      begin: ({ connection }) => connection.request('train-classifier', classifierOptions('made', data)),
    },
    {
      name: 'resume a run',
      kind: 'encoders',
      makes: 'held',
      resumes: runs.held,
      begin: ({ connection }) => connection.request('resume', { run: runs.held }),
    },
  ];
}

const usual: FaultCode[] = ['EIO', 'ENOSPC', 'EACCES', 'KILL'];
const rare: FaultCode[] = ['EMFILE', 'EFBIG', 'EDQUOT'];

/** Every call of a scenario with every fault that can befall it, once and for good. */
export function casesOf(scenario: string, calls: readonly MadeCall[]): Case[] {
  const counts: Record<TrainerThread, number> = { speaking: 0, computing: 0 };
  return calls.flatMap(({ thread, kind, name, path }) => {
    const at = ++counts[thread];
    const place = [scenario, thread, name, path.replaceAll(/[-\d][\da-f-]*/gu, '#')];
    return [...usual, ...rare]
      .filter((code) => befalls[code].includes(kind))
      .flatMap((code) =>
        (code === 'KILL' ? [false] : [false, true]).map((lasts) => ({
          scenario,
          fault: { thread, at, code, lasts },
          alike: [...place, code, lasts].join(' '),
        })),
      );
  });
}

/** Some of the cases, by seed; two that are alike only where all others were chosen. */
export function someOf(cases: readonly Case[], count: number, seed: number): Case[] {
  const random = RandomStream.named(seed, 'injected faults');
  const shuffled = cases
    .map((each) => ({ each, place: random.integer(2 ** 31) }))
    .sort((a, b) => a.place - b.place)
    .map(({ each }) => each);
  const seen = new Set<string>();
  const again: Case[] = [];
  const different = shuffled.filter((each) => {
    if (seen.has(each.alike)) again.push(each);
    return !seen.has(each.alike) && seen.add(each.alike);
  });
  return [...different, ...again].slice(0, count);
}
