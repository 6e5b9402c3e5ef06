import * as v from 'valibot';
import { UlmfitError } from '../errors';
import type { LearnerCounters } from '../training/learnerState';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const bestEpoch = v.object({ step: count, epoch: count, validLoss: v.number() });
export type BestEpoch = v.InferOutput<typeof bestEpoch>;

const runState = v.object({
  /** Which phase is being trained; counted from 0. */
  phase: count,
  dataHash: v.string(),
  /** Epochs of each extension. */
  extended: v.array(count),
  /** Spent so far. */
  seconds: v.number(),
  best: v.optional(bestEpoch),
  counters: v.object({
    freezeTo: v.pipe(v.number(), v.integer()),
    optimizerStep: count,
    dropoutKeys: count,
    epochsStarted: count,
    position: v.object({
      iteration: count,
      average: v.number(),
      count,
      validating: v.boolean(),
      epochSeconds: v.number(),
    }),
  }),
});

/** What a checkpoint of a run says beside its tensors. */
export interface RunState {
  phase: number;
  dataHash: string;
  extended: number[];
  seconds: number;
  best?: BestEpoch | undefined;
  counters?: LearnerCounters;
}

/** @throws {UlmfitError} `corrupt-file` */
export function readRunState(value: unknown, folder: string): v.InferOutput<typeof runState> {
  const checked = v.safeParse(runState, value);
  if (checked.success) return checked.output;
  throw new UlmfitError(
    'corrupt-file',
    `The checkpoint ${folder} does not say where the run was: ${checked.issues[0].message}.`,
    'Delete this checkpoint; the one before it is then used.',
  );
}
