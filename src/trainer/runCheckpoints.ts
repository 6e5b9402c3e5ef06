import { UlmfitError } from '../errors';
import type { Checkpoint, Checkpoints } from '../store/checkpoints';
import type { EventLog } from '../store/eventLog';
import { corruptFile } from '../store/fileErrors';
import { readLearnerState, restoreLearnerState } from '../training/learnerState';
import { type RunState, readRunState } from './runState';
import type { RunTeller } from './runTeller';
import type { TrainingJob } from './trainingJob';

interface CheckpointedRun {
  readonly job: TrainingJob;
  readonly checkpoints: Checkpoints;
  readonly log: EventLog;
}

/** Saves the learner and where the run is; keeps the one before and the best. */
export async function saveRunCheckpoint(
  { job, checkpoints, log }: CheckpointedRun,
  state: RunState,
  step: number,
  teller: RunTeller,
): Promise<void> {
  const { tensors, counters } = readLearnerState(job.learner);
  const before = await checkpoints.steps();
  const folder = await checkpoints.save(step, { tensors, state: { ...state, counters } });
  const best = state.best?.step;
  await teller.tell({ event: 'checkpoint', step, folder, ...(best === step ? { best: true } : {}) });
  await log.sync();
  const previous = before.filter((each) => each !== step).at(-1);
  await checkpoints.keepOnly([step, previous, best].filter((each) => each !== undefined));
}

/**
 * Sets the learner as the latest valid checkpoint says.
 * @returns nothing where there is none
 * @throws {UlmfitError} `bad-setting` where the data are others than those the run began with
 */
export async function restoreRun(
  { job, checkpoints }: CheckpointedRun,
  teller: RunTeller,
): Promise<{ state: RunState; step: number } | undefined> {
  let state: RunState | undefined;
  const { checkpoint, skipped } = await checkpoints.latestValid((candidate) => {
    state = restore(job, candidate);
  });
  for (const { folder, reason } of skipped) {
    await teller.tell({
      event: 'warning',
      message: `A checkpoint was skipped: ${reason}`,
      remedy: `The one before it is used. ${folder} can be deleted.`,
    });
  }
  return checkpoint && state && { state, step: checkpoint.step };
}

/** @throws {UlmfitError} `corrupt-file` where the checkpoint cannot be used, `bad-setting` where no other can either */
function restore(job: TrainingJob, { state: value, folder, tensors }: Checkpoint): RunState {
  const { counters, ...state } = readRunState(value, folder);
  if (state.dataHash !== job.dataHash) {
    throw new UlmfitError(
      'bad-setting',
      'The data is not what this run began with: its rows have changed.',
      'Restore the data files, or start a new run.',
    );
  }
  const phases = job.phases.length + state.extended.length;
  if (state.phase > phases) {
    throw corruptFile(folder, `it is in phase ${state.phase + 1} of ${phases}`);
  }
  try {
    restoreLearnerState(job.learner, tensors, counters);
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    throw corruptFile(folder, error.message.replace(/\.$/u, ''));
  }
  return state;
}
