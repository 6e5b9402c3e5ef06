import type { EngineReport } from '../protocol/engineReport';
import { batchSizeThatFits, type TrainingSizes } from '../training/memoryEstimate';
import { asOutOfMemory, type MachineMemory, machineMemory } from './memoryCheck';
import type { TrainingJob } from './trainingJob';

/** The memory that a training on this device fills. Where a card does not tell how much it has, there is no limit. */
export function memoryOf({ device_kind: kind, memory_bytes: bytes }: EngineReport): MachineMemory {
  return kind === 'cpu' ? machineMemory() : { total: bytes ?? Infinity };
}

/** The estimate may be a fifth too low. */
const share = 0.8;

/**
 * What a batch size of `auto` stands for before it is tried: what the amount of text asks for, halved as often as the
 * memory demands.
 * @param sizes with `bs` as the amount of text asks for it
 */
export function batchSizeFor(sizes: TrainingSizes, { total, free = total }: MachineMemory): number {
  return Math.max(batchSizeThatFits(sizes, Math.min(total, free) * share), 1);
}

/**
 * Prepares a job and tries a step of it; halves the batch until one fits: an estimate can be wrong, a step that was
 * taken cannot.
 * @throws {UlmfitError} `out-of-memory` where not even one row fits
 */
export async function prepareThatFits(
  prepare: (bs: number | 'auto') => Promise<TrainingJob>,
): Promise<TrainingJob> {
  let bs: number | 'auto' = 'auto';
  let tooLarge: number | undefined;
  for (;;) {
    const job = await prepare(bs);
    const tried = job.counts['bs'] ?? 1;
    try {
      job.learner.tryStep();
    } catch (error) {
      job.dispose();
      const outOfMemory = asOutOfMemory(error, tried);
      if (!outOfMemory || tried <= 1) throw outOfMemory ?? error;
      tooLarge = tried;
      bs = Math.floor(tried / 2);
      continue;
    }
    if (tooLarge === undefined) return job;
    const message = `There was not enough memory for batches of ${tooLarge} rows; ${tried} are taken.`;
    const remedy = 'Nothing needs to be done: smaller batches learn as well, and a little slower.';
    return { ...job, warnings: [...job.warnings, { message, remedy }] };
  }
}

/** The batches that a run began with. */
export interface BegunBatches {
  readonly bs: number;
  /** Of a language model; runs of earlier versions have it in their options alone. */
  readonly bptt?: number | undefined;
}

/** Batches as a run takes them, and what is to be said where these are not the ones that were asked for. */
export interface BoundedBatches {
  readonly bs: number;
  /** Of a language model. */
  readonly bptt: number;
  readonly warnings: readonly { message: string; remedy: string }[];
}

/** So many rows cost nothing, however few tokens there are. */
const fewRows = 8;
/** So many texts do not, either. */
const fewTexts = 64;

const remedy = 'Nothing needs to be done; give more texts for larger batches.';

/**
 * A language model's batches, no larger than its texts: more rows or longer ones would read the same tokens several
 * times in one step, which may then take hours.
 */
export function languageModelBatches(tokens: number, asked: { bs: number; bptt: number }): BoundedBatches {
  const bptt = Math.max(Math.min(asked.bptt, tokens), 1);
  const bs = Math.min(asked.bs, Math.max(Math.floor(tokens / bptt), fewRows));
  const warnings: { message: string; remedy: string }[] = [];
  if (bptt < asked.bptt) {
    const message = `A step back in time of ${asked.bptt} tokens is longer than all training texts; ${bptt} are taken.`;
    warnings.push({ message, remedy });
  }
  if (bs < asked.bs) {
    const message = `Batches of ${asked.bs} rows are more than the ${tokens} training tokens can fill; ${bs} are taken.`;
    warnings.push({ message, remedy });
  }
  return { bs, bptt, warnings };
}

/** A classifier's batch size, no larger than the number of its texts. */
export function classifierBatches(texts: number, asked: number): Omit<BoundedBatches, 'bptt'> {
  const bs = Math.min(asked, Math.max(texts, fewTexts));
  if (bs === asked) return { bs, warnings: [] };
  const message = `Batches of ${asked} rows are more than the ${texts} training texts; ${bs} are taken.`;
  return { bs, warnings: [{ message, remedy }] };
}
