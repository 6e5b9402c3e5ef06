import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { endsRun, type RunEvent, type RunEventOf } from '../protocol/events';
import { type TrainClassifierOptions, trainClassifierOptions } from '../options/classifier';
import { type TrainEncoderOptions, trainEncoderOptions } from '../options/languageModel';
import type { EventLog } from '../store/eventLog';
import type { ProcessLock } from '../store/processLock';
import { claimName, replacedBy } from '../store/runNames';
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
import { answered, LastWords, SilentDisk } from './lastWords';
import { asOutOfMemory, type MachineMemory } from './memoryCheck';
import { historyOf } from './runHistory';
import { checkInputs } from './runInputs';
import { progressMilliseconds } from './runTeller';
import { stoppedEarly, type StopMode, TrainingRun } from './trainingRun';
import type { PrepareProgress, TrainingJob } from './trainingJob';

export type NewRun =
  | { kind: 'encoder'; id: string; options: TrainEncoderOptions }
  | { kind: 'classifier'; id: string; options: TrainClassifierOptions };

export interface ResumeOptions {
  /** Further epochs. */
  readonly extendBy?: number | undefined;
  readonly replace?: boolean;
}

interface Launch {
  readonly file: RunFile;
  readonly lock: ProcessLock;
  readonly resume: boolean;
  readonly extendBy?: number | undefined;
}

interface ActiveRun {
  readonly id: string;
  readonly lock: ProcessLock;
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
  #beginning: string | undefined;

  constructor(
    private readonly store: Store,
    private readonly engines: EngineSelection,
    private readonly checkpointSeconds: number,
    private readonly tell: (run: string, event: RunEvent) => void,
    private readonly hearNow: () => void,
  ) {}

  /**
   * Creates a run and starts it.
   * @returns its id, at once; what happens comes as events
   * @throws {UlmfitError} `already-exists` where its name is taken and was not to be replaced
   */
  async start(run: NewRun): Promise<string> {
    const { kind, id } = run;
    // Whoever runs this again has not said that its result may be replaced.
    const { replace, ...options } = run.options;
    return this.#alone(id, async () => {
      const claimed = await claimName(this.store, { kind, name: options.name }, replace);
      const { file, lock } = await this.store.runs.begin(id, { ...claimed, options });
      this.#launch(run, { file, lock, resume: false });
    });
  }

  /**
   * Continues a run where its last checkpoint is, or trains it further.
   * @param replace whether what has its name now, and is another's, may be replaced
   * @throws {UlmfitError} `not-found`, `corrupt-file`, `already-exists`, `in-use` by another process
   */
  async resume(id: string, { extendBy, replace = false }: ResumeOptions = {}): Promise<string> {
    return this.#alone(id, async () => {
      // Before anything of it is read: another process may be about to go on with it, too.
      const lock = await this.store.runs.lock(id);
      try {
        const { run, file } = await this.#resumable(id, extendBy);
        const claimed = await claimName(this.store, { ...file, name: run.options.name }, replace);
        this.#launch(run, { file: claimed, lock, resume: true, extendBy });
      } catch (error) {
        await lock.release();
        throw error;
      }
    });
  }

  async #resumable(id: string, extendBy: number | undefined): Promise<{ run: NewRun; file: RunFile }> {
    const file = await this.store.runs.read(id);
    const run = readRun(file);
    const ending = await this.store.runs.ending(id);
    if (extendBy === undefined && (ending === 'done' || ending === 'cancelled')) {
      throw new UlmfitError(
        'bad-setting',
        `The run "${id}" is ${ending}: there is nothing to resume.`,
        'Train it further with extend, or start it anew with rerun.',
      );
    }
    refuseAfterTwoFailures(id, (await historyOf(this.store, id)).failures);
    return { run, file };
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

  /** Begins a run, where none goes on and none is being begun. */
  async #alone(id: string, begin: () => Promise<void>): Promise<string> {
    const other = this.#active?.id ?? this.#beginning;
    if (other !== undefined) {
      throw new UlmfitError(
        'bad-setting',
        `The run "${other}" is going on.`,
        'Wait for it, stop it, or start another trainer.',
      );
    }
    this.#beginning = id;
    try {
      await begin();
      return id;
    } finally {
      this.#beginning = undefined;
    }
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

  #launch(newRun: NewRun, launch: Launch): void {
    const { id } = newRun;
    const { lock } = launch;
    const active: ActiveRun = { id, lock, isNew: !launch.resume, finished: Promise.resolve() };
    this.#active = active;
    active.finished = this.#carryOut(active, newRun, launch)
      .catch(async (error: unknown) => {
        await new LastWords().attempt(lock.release());
        return errorEvent(error);
      })
      .then((ending) => {
        // Told last: whoever hears it may start the next run.
        this.#active = undefined;
        if (ending) this.tell(id, ending);
      })
      .catch((error: unknown) => {
        // The event itself cannot be told, such as one that is too long.
        this.tell(id, errorEvent(error));
      });
  }

  /** @returns the event that ends the run, which is yet to be told */
  async #carryOut(
    active: ActiveRun,
    newRun: NewRun,
    { file, resume, extendBy }: Launch,
  ): Promise<RunEvent | undefined> {
    const { id } = active;
    const { runs } = this.store;
    const lastWords = new LastWords();
    let ending: RunEvent | undefined;
    const emit = (event: RunEvent) => {
      if (endsRun(event)) ending = event;
      else this.tell(id, event);
    };
    let log: EventLog | undefined;
    let job: TrainingJob | undefined;
    try {
      log = await answered(runs.openLog(id));
      const checkpoints = await runs.checkpoints(id);
      if (resume) await checkpoints.sweep();
      const before = resume ? await beginningOf(this.store, id) : {};
      const engine = await this.#takeEngine(newRun, before.engine);
      job = await this.#prepareJob(newRun, memoryOf(engine.report), before.batches);
      const isBegun = resume && (await checkpoints.steps()).length > 0;
      await checkInputs(this.store, file, job.inputs, isBegun);
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
        replacing: replacedBy(file),
        progressLogged: before.progress,
        emit,
        lastWords,
      });
      active.run = run;
      if (active.stop) run.requestStop(active.stop);
      await run.execute();
    } catch (error) {
      ending =
        error instanceof StoppedEarly
          ? await this.#endingBeforeTraining(active)
          : errorEvent(asOutOfMemory(error, undefined) ?? error);
      await lastWords.attempt(log?.append(ending) ?? Promise.resolve());
    }
    try {
      job?.dispose();
    } catch (error) {
      ending = errorEvent(error);
    }
    if (log) await lastWords.attempt(log.close());
    const isDiscarded =
      active.run?.isDiscarded ?? (ending?.event === 'cancelled' && ending.mode === 'discard');
    const failure = isDiscarded ? await lastWords.attempt(runs.remove(id, active.lock)) : undefined;
    await lastWords.attempt(active.lock.release());
    // Deleting much can take longer than anyone should wait.
    return failure === undefined || failure instanceof SilentDisk ? ending : errorEvent(failure);
  }

  async #endingBeforeTraining({ id, stop }: ActiveRun): Promise<RunEventOf<'paused' | 'cancelled'>> {
    const time = new Date().toISOString();
    if (stop === 'discard') return { event: 'cancelled', time, mode: stop };
    if (stop !== 'pause') return { ...stoppedEarly(), time };
    const checkpoints = await this.store.runs.checkpoints(id).catch(() => undefined);
    const steps = (await checkpoints?.steps().catch(() => undefined)) ?? [];
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
