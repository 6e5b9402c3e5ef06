import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { endsRun, type RunEvent, type RunEventOf } from '../protocol/events';
import {
  type TrainClassifierOptions,
  trainClassifierOptions,
  type TrainEncoderOptions,
  trainEncoderOptions,
} from '../protocol/options';
import type { RunFile } from '../store/runs';
import type { Store } from '../store/store';
import { type BegunBatches, memoryOf, prepareThatFits } from './batchSize';
import { prepareClassifier } from './classifierJob';
import { prepareEncoder } from './encoderJob';
import type { ChosenEngine } from './engines/chooseEngine';
import type { InstalledEngine } from '../engine/installedEngines';
import type { EngineSelection } from './engines/engineSelection';
import { beginningOf, stepSizes } from './engines/engineOfRun';
import { errorEvent } from './errorEvent';
import { refuseAfterTwoFailures } from './failedSteps';
import { asOutOfMemory, type MachineMemory } from './memoryCheck';
import { progressMilliseconds } from './runTeller';
import { type StopMode, TrainingRun } from './trainingRun';
import type { PrepareProgress, TrainingJob } from './trainingJob';

export type NewRun =
  | { kind: 'encoder'; id: string; options: TrainEncoderOptions }
  | { kind: 'classifier'; id: string; options: TrainClassifierOptions };

interface ActiveRun {
  id: string;
  /** Present once its data is read and its model built. */
  run?: TrainingRun;
  stop?: StopMode;
  /** Nothing was trained yet that *Stop* could keep. */
  readonly isNew: boolean;
  finished: Promise<void>;
}

/** Thrown while the data is read: the run is to stop before its first step. */
class StoppedEarly extends Error {}

/** Starts runs, one at a time, and hands them what is asked of them while they go on. */
export class RunDesk {
  #active: ActiveRun | undefined;

  constructor(
    private readonly store: Store,
    private readonly engines: EngineSelection,
    private readonly checkpointSeconds: number,
    private readonly tell: (run: string, event: RunEvent) => void,
    private readonly hearNow: () => void,
  ) {}

  /** Creates a run and starts it. @returns its id, at once; what happens comes as events */
  async start(run: NewRun): Promise<string> {
    this.#needIdle();
    const { kind, id, options } = run;
    await this.store.runs.create(id, { kind, name: options.name, options: { ...options } });
    this.#launch(run, false);
    return id;
  }

  /** Continues a run where its last checkpoint is, or trains it further. @throws {UlmfitError} `not-found`, `corrupt-file` */
  async resume(id: string, extendBy?: number): Promise<string> {
    this.#needIdle();
    const file = await this.store.runs.read(id);
    const run = readRun(file);
    const status = await this.store.runs.status(id);
    if (status === 'running') {
      throw new UlmfitError('already-exists', `The run "${id}" is being worked on.`, 'Wait until it ends.');
    }
    if (extendBy === undefined && (status === 'done' || status === 'cancelled')) {
      throw new UlmfitError(
        'bad-setting',
        `The run "${id}" is ${status}: there is nothing to resume.`,
        'Train it further with extend, or start it anew with rerun.',
      );
    }
    refuseAfterTwoFailures(id, (await this.store.runs.events(id)).events);
    this.#launch(run, true, extendBy);
    return id;
  }

  requestStop(id: string, mode: StopMode): void {
    if (this.#active?.id !== id) {
      throw new UlmfitError(
        'not-found',
        `The run "${id}" is not running.`,
        'List the runs to see their state.',
      );
    }
    this.#active.stop = mode;
    this.#active.run?.requestStop(mode);
  }

  async pauseAll(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    this.requestStop(active.id, 'pause');
    await active.finished;
  }

  #needIdle(): void {
    if (!this.#active) return;
    throw new UlmfitError(
      'bad-setting',
      `The run "${this.#active.id}" is going on.`,
      'Wait for it, stop it, or start another trainer.',
    );
  }

  /** The engine is chosen by the size of the model that it is to train; a run that goes on stays where it was. */
  async #takeEngine(run: NewRun, before: InstalledEngine | undefined): Promise<ChosenEngine> {
    return this.engines.forRun(await stepSizes(this.store, run), before);
  }

  /** Where the batch size is left to us it is tried, once: a run that goes on has the batches that it began with. */
  #prepareJob(run: NewRun, machine: MachineMemory, begun: BegunBatches | undefined): Promise<TrainingJob> {
    if (begun || run.options.bs !== 'auto') return this.#prepare(run, machine, begun);
    return prepareThatFits((bs) => this.#prepare(withBatchSize(run, bs), machine));
  }

  #prepare(run: NewRun, machine: MachineMemory, begun?: BegunBatches): Promise<TrainingJob> {
    let told = -Infinity;
    const onProgress: PrepareProgress = (done, total) => {
      const now = performance.now();
      if (now - told < progressMilliseconds) return;
      told = now;
      this.tell(run.id, {
        event: 'progress',
        part: 'prepare',
        phase: 0,
        epoch: 0,
        batch: done,
        batches: total,
      });
      // Texts are tokenised in one go, without a turn of the event loop.
      this.hearNow();
      const { stop, isNew = true } = this.#active ?? {};
      if (stop !== undefined && (isNew || stop !== 'stop')) throw new StoppedEarly();
    };
    return run.kind === 'encoder'
      ? prepareEncoder(this.store, run.options, machine, onProgress, begun)
      : prepareClassifier(this.store, run.options, machine, onProgress, begun);
  }

  #launch(newRun: NewRun, resume: boolean, extendBy?: number): void {
    const { id } = newRun;
    const active: ActiveRun = { id, isNew: !resume, finished: Promise.resolve() };
    this.#active = active;
    active.finished = this.#carryOut(active, newRun, resume, extendBy).then((ending) => {
      // Told last: whoever hears it may start the next run.
      this.#active = undefined;
      if (ending) this.tell(id, ending);
    });
  }

  /** @returns the event that ends the run, which is yet to be told */
  async #carryOut(
    active: ActiveRun,
    newRun: NewRun,
    resume: boolean,
    extendBy: number | undefined,
  ): Promise<RunEvent | undefined> {
    const { id } = active;
    const { runs } = this.store;
    const log = await runs.openLog(id);
    let ending: RunEvent | undefined;
    const emit = (event: RunEvent) => {
      if (endsRun(event)) ending = event;
      else this.tell(id, event);
    };
    let job: TrainingJob | undefined;
    let discarded: boolean;
    try {
      const before = resume ? await beginningOf(this.store, id) : {};
      const engine = await this.#takeEngine(newRun, before.engine);
      job = await this.#prepareJob(newRun, memoryOf(engine.report), before.batches);
      const checkpoints = await runs.checkpoints(id);
      const { checkpointSeconds } = this;
      const run = new TrainingRun({
        id,
        engine,
        job,
        checkpoints,
        log,
        resume,
        extendBy,
        checkpointSeconds,
        emit,
      });
      active.run = run;
      if (active.stop) run.requestStop(active.stop);
      await run.execute();
      discarded = run.isDiscarded;
    } catch (error) {
      ending =
        error instanceof StoppedEarly
          ? await this.#endingBeforeTraining(active)
          : errorEvent(asOutOfMemory(error, undefined) ?? error);
      discarded = ending.event === 'cancelled' && ending.mode === 'discard';
      await log.append(ending);
    } finally {
      job?.dispose();
      await log.close();
    }
    if (discarded) await runs.remove(id);
    return ending;
  }

  async #endingBeforeTraining({ id, stop }: ActiveRun): Promise<RunEventOf<'paused' | 'cancelled'>> {
    const time = new Date().toISOString();
    if (stop !== 'pause') return { event: 'cancelled', time, mode: stop ?? 'stop' };
    const steps = await (await this.store.runs.checkpoints(id)).steps();
    return { event: 'paused', time, step: steps.at(-1) ?? 0 };
  }
}

function withBatchSize(run: NewRun, bs: number | 'auto'): NewRun {
  return run.kind === 'encoder'
    ? { ...run, options: { ...run.options, bs } }
    : { ...run, options: { ...run.options, bs } };
}

/** The options in a run file, checked again: the file may have been edited. */
function readRun({ id, kind, options }: RunFile): NewRun {
  try {
    return kind === 'encoder'
      ? { kind, id, options: v.parse(trainEncoderOptions, options) }
      : { kind, id, options: v.parse(trainClassifierOptions, options) };
  } catch (error) {
    throw new UlmfitError(
      'corrupt-file',
      `The settings of the run "${id}" cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Start a new run.',
      { cause: error },
    );
  }
}
