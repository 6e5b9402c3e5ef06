import type { RunEvent } from '../protocol/events';
import type { EventLog } from '../store/eventLog';
import type { EpochReport, Metrics, StepReport } from '../training/learner';
import type { TrainingPhase } from '../training/recipe';
import type { ChosenEngine } from './engines/chooseEngine';
import { engineFields } from './engines/engineSelection';
import { errorEvent } from './errorEvent';
import { answered, type LastWords } from './lastWords';
import { ProgressLog } from './progressLog';
import { ProgressMeter } from './progressMeter';
import type { RunPlan } from './runPlan';
import type { TrainingJob } from './trainingJob';

/** The host is told of progress at most this often; steps can take a millisecond. */
export const progressMilliseconds = 200;
/** Issues told in full; the count is always told. */
const mostIssuesTold = 1000;
const mostClassesTold = 1000;

export interface RunTellerSettings {
  readonly id: string;
  readonly engine: ChosenEngine;
  readonly job: TrainingJob;
  readonly log: EventLog;
  readonly emit: (event: RunEvent) => void;
  /** Lines of progress that the event file has from before. */
  readonly progressLogged?: number | undefined;
  readonly lastWords: LastWords;
}

/** Writes what happens in a run to its event file, and tells the host. */
export class RunTeller {
  readonly #settings: RunTellerSettings;
  readonly #meter = new ProgressMeter();
  readonly #progressLog: ProgressLog;
  #lastProgress = 0;

  constructor(settings: RunTellerSettings) {
    this.#settings = settings;
    this.#progressLog = new ProgressLog(settings.progressLogged);
  }

  /** @throws UlmfitError `save-failed`: a run that cannot write what happens does not go on */
  async tell(event: RunEvent): Promise<void> {
    const timed = { ...event, time: new Date().toISOString() };
    await answered(this.#settings.log.append(timed));
    this.#settings.emit(timed);
  }

  /** Tells the host, whatever becomes of the event file: the run has ended, or what it made is saved. */
  async tellAnyway(event: RunEvent): Promise<void> {
    const timed = { ...event, time: new Date().toISOString() };
    const { log, emit, lastWords } = this.#settings;
    const failure = await lastWords.attempt(log.append(timed));
    // An error that ends a run is most likely the same one.
    if (failure !== undefined && event.event !== 'error') emit(logWarning(failure));
    emit(timed);
  }

  async start(plan: RunPlan, resumed: { step: number } | undefined): Promise<void> {
    const { job, id, engine } = this.#settings;
    await this.tell({
      event: 'started',
      run: id,
      kind: job.kind,
      name: job.name,
      engine: engine.engine,
      ...engineFields(engine),
      ...(resumed ? { resumed_from: resumed.step } : {}),
      phases: plan.phases.map((phase) => plan.describe(phase)),
      epochs: plan.epochs,
      steps: plan.steps,
      data: { ...job.counts },
      ...(job.classCounts ? { class_counts: job.classCounts.slice(0, mostClassesTold) } : {}),
    });
    for (const { engine: name, cause = '', remedy = '' } of engine.refused) {
      await this.tell({ event: 'warning', message: `The engine ${name} was passed over. ${cause}`, remedy });
    }
    if (resumed) return;
    if (job.issues.length > 0) {
      const issues = job.issues
        .slice(0, mostIssuesTold)
        .map(({ file, line, reason }) => ({ file, line, reason }));
      await this.tell({ event: 'skipped_rows', count: job.issues.length, issues });
    }
    for (const warning of job.warnings) await this.tell({ event: 'warning', ...warning });
  }

  async phase(plan: RunPlan, index: number, phase: TrainingPhase): Promise<void> {
    await this.tell({ event: 'phase', phase: index + 1, ...plan.describe(phase) });
  }

  async step(plan: RunPlan, phase: number, report: StepReport): Promise<void> {
    const now = performance.now();
    this.#meter.step(now, report.tokens);
    const isLast = report.batch === report.batches;
    const isTold = isLast || now - this.#lastProgress >= progressMilliseconds;
    const isWritten = this.#progressLog.takes(now, isLast || report.batch === 1);
    if (!isTold && !isWritten) return;
    this.#lastProgress = now;
    const event: RunEvent = {
      event: 'progress',
      part: 'train',
      phase: phase + 1,
      epoch: plan.epochsBefore(phase) + report.epoch,
      batch: report.batch,
      batches: report.batches,
      step: plan.stepsDone(phase),
      loss: report.smoothedLoss,
      lr: report.lr,
      mom: report.momentum,
      ...this.#pace(plan, phase),
    };
    if (isWritten) await this.tell(event);
    else this.#settings.emit({ ...event, time: new Date().toISOString() });
  }

  async validation(plan: RunPlan, phase: number, epoch: number): Promise<void> {
    await this.tell({
      event: 'progress',
      part: 'valid',
      phase: phase + 1,
      epoch: plan.epochsBefore(phase) + epoch,
      batch: 0,
      batches: 0,
      step: plan.stepsDone(phase),
      ...this.#pace(plan, phase),
    });
  }

  /** @returns the epoch's number in the whole run, and its validation loss */
  async epoch(plan: RunPlan, phase: number, report: EpochReport) {
    this.#meter.validated(performance.now());
    const epoch = plan.epochsBefore(phase) + report.epoch;
    const { valid_loss: validLoss = null, ...metrics } = report.metrics as Metrics & { valid_loss?: number };
    await this.tell({
      event: 'epoch',
      phase: phase + 1,
      epoch,
      train_loss: report.trainLoss,
      valid_loss: validLoss,
      ...metrics,
      seconds: report.seconds,
    });
    return { epoch, validLoss };
  }

  async warnIfUseless(confusion: number[][] | undefined): Promise<void> {
    if (!confusion) return;
    const supports = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
    const right = confusion.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
    if (right > Math.max(...supports)) return;
    await this.tellAnyway({
      event: 'warning',
      message: 'The classifier is no better than always answering with the most frequent class.',
      remedy: 'Train for more epochs, give more labelled texts, or fine-tune the encoder on more texts.',
    });
  }

  #pace(plan: RunPlan, phase: number) {
    const steps = plan.steps - plan.stepsDone(phase);
    const secondsLeft = this.#meter.secondsLeft(steps, Math.ceil(steps / plan.batches));
    const { tokensPerSecond } = this.#meter;
    return {
      ...(tokensPerSecond === undefined ? {} : { tokens_per_second: tokensPerSecond }),
      ...(secondsLeft === undefined ? {} : { seconds_left: secondsLeft }),
    };
  }
}

function logWarning(failure: unknown): RunEvent {
  const { message, remedy } = errorEvent(failure);
  return {
    event: 'warning',
    time: new Date().toISOString(),
    message: `The end of the run is missing in its event file, so it may be shown as interrupted. ${message}`,
    remedy,
  };
}
