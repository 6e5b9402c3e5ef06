import { UlmfitError } from '../errors';
import { endsRun, parseRunEvent, type RunEvent } from '../protocol/events';
import type { TrainClassifierInput, TrainEncoderInput } from '../protocol/options';
import type { RunSummary } from '../store/runs';
import type { Store } from '../store/store';
import { Listeners, type Subscription } from './listeners';
import { type RunView, withEvent } from './runView';
import type { TrainerClient } from './trainerClient';

/** The run that this window's trainer works on. */
interface LiveRun {
  view: RunView;
  events: RunEvent[];
  release: () => void;
}

/** Knows every run: those of the store from their event files, and the live one from what the trainer tells. */
export class RunMonitor {
  readonly #events = new Listeners<[string, RunEvent]>();
  readonly #changes = new Listeners<[]>();
  /** Finished runs do not change; their event files can be long. */
  readonly #finished = new Map<string, RunView>();
  /** Events of a run whose start is not answered yet. */
  readonly #early = new Map<string, RunEvent[]>();
  #live: LiveRun | undefined;
  /** A run is being begun here whose id is not known yet. */
  #isBeginning = false;

  constructor(
    private readonly store: () => Store,
    private readonly trainer: TrainerClient,
  ) {
    trainer.onEvent((run, event) => {
      this.#receive(run, event);
    });
    trainer.onStateChange((state) => {
      // Nothing is shown as running without a process behind it.
      if (state === 'crashed' || state === 'stopped') this.#letGo();
      this.#changes.tell();
    });
  }

  /** The run this window's trainer works on. */
  get active(): RunView | undefined {
    if (!this.#live) return undefined;
    const status = this.trainer.state === 'silent' ? 'not-responding' : this.#live.view.status;
    return { ...this.#live.view, status };
  }

  /** All runs, the latest first. Runs that cannot be read are left out; the store lists them as broken. */
  async list(): Promise<RunView[]> {
    const { runs } = await this.store().runs.list();
    return Promise.all(runs.map((summary) => this.#view(summary)));
  }

  /** Every event of a run so far. @throws {UlmfitError} `not-found` */
  async events(id: string): Promise<RunEvent[]> {
    if (this.#live?.view.id === id) return [...this.#live.events];
    const { events } = await this.store().runs.events(id);
    return events.map(parseRunEvent).filter((event) => event !== undefined);
  }

  onEvent(listener: (id: string, event: RunEvent) => void): Subscription {
    return this.#events.add(listener);
  }

  /** The list of runs or the state of one changed. */
  onChange(listener: () => void): Subscription {
    return this.#changes.add(listener);
  }

  async start(kind: 'encoder', options: TrainEncoderInput): Promise<string>;
  async start(kind: 'classifier', options: TrainClassifierInput): Promise<string>;
  async start(
    kind: 'encoder' | 'classifier',
    options: TrainEncoderInput | TrainClassifierInput,
  ): Promise<string> {
    this.#needIdle();
    const release = this.trainer.hold();
    this.#isBeginning = true;
    try {
      const { run } =
        kind === 'encoder'
          ? await this.trainer.request('train-encoder', options as TrainEncoderInput)
          : await this.trainer.request('train-classifier', options as TrainClassifierInput);
      this.#begin(run, kind, options.name, new Date().toISOString(), [], release);
      return run;
    } catch (error) {
      release();
      throw error;
    } finally {
      this.#isBeginning = false;
    }
  }

  /** @param replace whether what has its name now, and is another's, may be replaced */
  async resume(id: string, replace = false): Promise<void> {
    await this.#goOn(id, () => this.trainer.request('resume', { run: id, replace }));
  }

  /** Trains a run that is done further. */
  async extend(id: string, epochs: number): Promise<void> {
    await this.#goOn(id, () => this.trainer.request('extend', { run: id, epochs }));
  }

  async pause(id: string): Promise<void> {
    await this.#needOwn(id);
    await this.trainer.request('pause', { run: id });
  }

  /** Ends the run; the best so far is kept, if an epoch was validated. */
  async stop(id: string): Promise<void> {
    await this.#needOwn(id);
    await this.trainer.request('cancel', { run: id, mode: 'stop' });
  }

  /** Ends the run if it goes on, and deletes it. */
  async discard(id: string): Promise<void> {
    await this.#needOwn(id);
    if (this.#live?.view.id === id) await this.trainer.request('cancel', { run: id, mode: 'discard' });
    else await this.store().runs.remove(id);
    this.#finished.delete(id);
    this.#changes.tell();
  }

  async #goOn(id: string, ask: () => Promise<unknown>): Promise<void> {
    this.#needIdle();
    const { kind, name, createdAt } = await this.store().runs.read(id);
    const events = await this.events(id);
    const release = this.trainer.hold();
    this.#isBeginning = true;
    try {
      await ask();
      this.#finished.delete(id);
      this.#begin(id, kind, name, createdAt, events, release);
    } catch (error) {
      release();
      throw error;
    } finally {
      this.#isBeginning = false;
    }
  }

  /** @throws {UlmfitError} `bad-setting` if another process works on the run: only that one can be told */
  async #needOwn(id: string): Promise<void> {
    if (this.#live?.view.id === id) return;
    const status = await this.store().runs.status(id);
    if (status !== 'running' && status !== 'not-responding') return;
    throw new UlmfitError(
      'bad-setting',
      'This run is trained by another window or a command line.',
      'Pause or stop it there; closing that window pauses it.',
    );
  }

  #needIdle(): void {
    if (!this.#live) return;
    throw new UlmfitError(
      'bad-setting',
      `The run "${this.#live.view.name}" is going on, and one window trains one thing at a time.`,
      'Wait until it ends, or stop it.',
    );
  }

  #begin(
    id: string,
    kind: 'encoder' | 'classifier',
    name: string,
    createdAt: string,
    before: RunEvent[],
    release: () => void,
  ): void {
    // Events may have arrived before the answer that names the run.
    const events = [...before, ...(this.#early.get(id) ?? [])];
    this.#early.clear();
    const fresh: RunView = { id, kind, name, createdAt, status: 'running', epochs: [] };
    this.#live = { view: { ...events.reduce(withEvent, fresh), status: 'running' }, events, release };
    if (events.slice(before.length).some(endsRun)) this.#letGo();
    this.#changes.tell();
  }

  #receive(run: string, event: RunEvent): void {
    if (this.#live?.view.id === run) {
      this.#live.events.push(event);
      this.#live.view = withEvent(this.#live.view, event);
      if (endsRun(event)) this.#letGo();
    } else {
      this.#early.set(run, [...(this.#early.get(run) ?? []), event]);
    }
    this.#events.tell(run, event);
    if (event.event !== 'progress') this.#changes.tell();
  }

  #letGo(): void {
    this.#live?.release();
    this.#live = undefined;
  }

  async #view({ id, run, status }: RunSummary): Promise<RunView> {
    if (this.active?.id === id) return this.active;
    const known = this.#finished.get(id);
    if (known?.status === status) return known;
    const { kind, name, createdAt } = run;
    const fresh: RunView = { id, kind, name, createdAt, status, epochs: [] };
    const view = { ...(await this.events(id)).reduce(withEvent, fresh), status };
    if (status === 'running' || status === 'not-responding')
      return { ...view, isElsewhere: !this.#isBeginning };
    this.#finished.set(id, view);
    return view;
  }
}
