import { UlmfitError } from '../errors';
import type { Checkpoints } from '../store/checkpoints';
import type { RunEventOf } from '../protocol/events';
import type { Replacing } from '../store/replacing';
import type { EpochReport, StepReport } from '../training/learner';
import { restoreWeights } from '../training/learnerState';
import { errorEvent } from './errorEvent';
import { isOfStep } from './failedSteps';
import { asOutOfMemory } from './memoryCheck';
import { restoreRun, saveRunCheckpoint } from './runCheckpoints';
import { RunPlan } from './runPlan';
import type { RunState } from './runState';
import { RunTeller, type RunTellerSettings } from './runTeller';
import type { SavedResult } from './trainingJob';

export type StopMode = 'stop' | 'discard' | 'pause';

export interface TrainingRunSettings extends RunTellerSettings {
  readonly checkpoints: Checkpoints;
  /** Continues from the latest valid checkpoint. */
  readonly resume: boolean;
  /** Further epochs after the phases of the job, one entry for each time the run was extended. */
  readonly extendBy?: number | undefined;
  readonly checkpointSeconds: number;
  /** What of the run's name may be replaced when it is saved. */
  readonly replacing: Replacing;
}

/** Carries out a job phase by phase, with events, checkpoints and an ear for being stopped. */
export class TrainingRun {
  readonly #settings: TrainingRunSettings;
  readonly #teller: RunTeller;
  #plan: RunPlan;
  #state: RunState;
  #stop: StopMode | undefined;
  #lastCheckpoint = performance.now();
  #startedAt = performance.now();

  constructor(settings: TrainingRunSettings) {
    this.#settings = settings;
    this.#teller = new RunTeller(settings);
    this.#plan = new RunPlan(settings.job, []);
    this.#state = { phase: 0, dataHash: settings.job.dataHash, extended: [], seconds: 0 };
  }

  /** Ends the run at its next step. A discard outranks a stop, a stop a pause. */
  requestStop(mode: StopMode): void {
    const rank = { pause: 0, stop: 1, discard: 2 };
    if (this.#stop === undefined || rank[mode] > rank[this.#stop]) this.#stop = mode;
  }

  /** It ended because it was to leave nothing behind. */
  get isDiscarded(): boolean {
    return this.#stop === 'discard';
  }

  /** Trains to the end or until stopped. The last event told is `result`, `paused`, `cancelled` or `error`. */
  async execute(): Promise<void> {
    try {
      await this.#train();
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #train(): Promise<void> {
    const { job, resume, extendBy } = this.#settings;
    const resumed = resume ? await this.#restore() : undefined;
    if (extendBy !== undefined) this.#state.extended.push(extendBy);
    this.#plan = new RunPlan(job, this.#state.extended);
    await this.#teller.start(this.#plan, resumed);
    for (; this.#state.phase < this.#plan.phases.length; this.#state.phase++) {
      const phase = this.#plan.phases[this.#state.phase];
      if (!phase) break;
      const from = this.#state.phase === resumed?.phase ? job.learner.position : undefined;
      // A phase that is over leaves nothing to do; an extension goes on with the optimiser as it is.
      if (!from && !this.#plan.isExtension(this.#state.phase)) job.learner.freezeTo(phase.freezeTo);
      await this.#teller.phase(this.#plan, this.#state.phase, phase);
      const outcome = await job.learner.fitOneCycle(phase.epochs, phase.lr, {
        moms: phase.moms,
        from,
        callbacks: {
          onStep: (report) => this.#onStep(report),
          onValidate: (epoch) => this.#teller.validation(this.#plan, this.#state.phase, epoch),
          onEpoch: (report) => this.#onEpoch(report),
          // A pause lets validation finish: there is no way to go on in its middle.
          shouldStop: (part) =>
            this.#stop !== undefined && !(part === 'validation' && this.#stop === 'pause'),
        },
      });
      if (outcome === 'stopped') break;
    }
    if (this.#stop === 'discard') await this.#teller.tellAnyway({ event: 'cancelled', mode: 'discard' });
    else if (this.#stop === 'pause') await this.#pause();
    else if (this.#stop === 'stop' && !this.#hasSomethingToKeep())
      await this.#teller.tellAnyway(stoppedEarly());
    else if (this.#plan.epochs > 0 && !this.#hasSomethingToKeep()) throw neverValidated();
    else await this.#finish(this.#stop === 'stop');
  }

  async #pause(): Promise<void> {
    await this.#saveCheckpoint();
    await this.#teller.tellAnyway({ event: 'paused', step: this.#stepsDone() });
  }

  /** Saves what was trained: all of it, or where it was stopped the best epoch. */
  async #finish(stopped: boolean): Promise<void> {
    const { job, id } = this.#settings;
    const { best } = this.#state;
    if (stopped) await this.#restoreBest();
    job.learner.resetState();
    const { metrics, validatedRows, ...report } = await this.#save();
    await this.#teller.warnIfUseless(report.confusion);
    if (validatedRows) await this.#teller.tellAnyway({ event: 'validated_rows', ...validatedRows });
    await this.#teller.tellAnyway({
      event: 'result',
      run: id,
      kind: job.kind,
      name: job.name,
      metrics: { ...metrics },
      seconds: this.#seconds(),
      ...(stopped ? { stopped: true } : {}),
      ...(best ? { best_epoch: best.epoch } : {}),
      ...report,
    });
  }

  /** Tells what went wrong; a run whose loss is no longer a number still keeps its best epoch. */
  async #fail(error: unknown): Promise<void> {
    const { job } = this.#settings;
    const { best } = this.#state;
    let event = errorEvent(asOutOfMemory(error, job.counts['bs']) ?? error);
    const step = isOfStep(event) ? { step: this.#stepsDone() + 1 } : {};
    if (event.code === 'loss-not-finite' && best) {
      try {
        await this.#restoreBest();
        await this.#save();
        event.message += ` The best so far, of epoch ${best.epoch}, was kept as "${job.name}".`;
      } catch (unsaved) {
        const { code, message, remedy } = errorEvent(unsaved);
        event.message += ` The best so far could not be saved. ${message}`;
        if (code === 'already-exists') event = { ...event, remedy };
      }
    }
    await this.#teller.tellAnyway({ ...event, ...step });
  }

  /** @throws {UlmfitError} `already-exists` where something else has the name by now, `save-failed` */
  async #save(): Promise<SavedResult> {
    const { job, id, replacing } = this.#settings;
    try {
      return await job.save(id, replacing);
    } catch (error) {
      throw error instanceof UlmfitError && error.code === 'already-exists' ? takenMeanwhile(error) : error;
    }
  }

  /** A validated epoch; where nothing is validated, one that is done. */
  #hasSomethingToKeep(): boolean {
    if (this.#state.best) return true;
    const { counts, learner } = this.#settings.job;
    const epochs = Math.floor(this.#stepsDone() / this.#plan.batches) - (learner.position.validating ? 1 : 0);
    return counts['valid_rows'] === 0 && epochs > 0;
  }

  async #onStep(report: StepReport): Promise<void> {
    await this.#teller.step(this.#plan, this.#state.phase, report);
    const isDue = performance.now() - this.#lastCheckpoint >= this.#settings.checkpointSeconds * 1000;
    // After the last batch of an epoch comes validation, and then a checkpoint.
    if (isDue && report.batch < report.batches) await this.#saveCheckpoint();
  }

  async #onEpoch(report: EpochReport): Promise<void> {
    const { epoch, validLoss } = await this.#teller.epoch(this.#plan, this.#state.phase, report);
    const { best } = this.#state;
    if (
      validLoss !== null &&
      Number.isFinite(validLoss) &&
      (best === undefined || validLoss < best.validLoss)
    ) {
      this.#state.best = { step: this.#stepsDone(), epoch, validLoss };
    }
    await this.#saveCheckpoint();
    const { sample } = this.#settings.job;
    if (!sample || this.#stop !== undefined) return;
    await this.#teller.tell({ event: 'sample', epoch, ...(await sample()) });
  }

  async #saveCheckpoint(): Promise<void> {
    const state = { ...this.#state, seconds: this.#seconds() };
    await saveRunCheckpoint(this.#settings, state, this.#stepsDone(), this.#teller);
    this.#lastCheckpoint = performance.now();
  }

  async #restore(): Promise<{ phase: number; step: number } | undefined> {
    const restored = await restoreRun(this.#settings, this.#teller);
    if (!restored) return undefined;
    this.#state = restored.state;
    this.#startedAt = performance.now() - restored.state.seconds * 1000;
    return { phase: restored.state.phase, step: restored.step };
  }

  async #restoreBest(): Promise<void> {
    if (!this.#state.best) return;
    const { tensors } = await this.#settings.checkpoints.load(this.#state.best.step);
    restoreWeights(this.#settings.job.learner, tensors);
  }

  #stepsDone(): number {
    return this.#plan.stepsDone(this.#state.phase);
  }

  #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }
}

/** The end of a run that is stopped before it has anything to keep. */
export function stoppedEarly(): RunEventOf<'cancelled'> {
  const message = 'It was stopped before its first epoch was validated, so nothing was saved.';
  return { event: 'cancelled', mode: 'stop', message };
}

function neverValidated(): UlmfitError {
  return new UlmfitError(
    'loss-not-finite',
    'The validation loss was not a number after any epoch, so nothing was saved.',
    'Train with a lower learning rate, or clip the gradients.',
  );
}

function takenMeanwhile(error: UlmfitError): UlmfitError {
  return new UlmfitError(
    'already-exists',
    `${error.message} It took the name while this run went on, so it was not replaced.`,
    'Rename or remove that one and resume this run, or resume it with --replace. Its checkpoints are kept.',
    { cause: error },
  );
}
