import { UlmfitError } from '../errors';
import { endsRun, parseRunEvent, type RunEvent } from '../protocol/events';
import type { TrainClassifierInput } from '../options/classifier';
import type { TrainEncoderInput } from '../options/languageModel';
import { keptEvents } from '../store/readEvents';
import type { Store } from '../store/store';
import { Thinned } from '../store/thinned';
import { CoalescedReading } from './coalescedReading';
import { Listeners, type Subscription } from './listeners';
import { type RunView, withEvent } from './runView';
import { type RunViewList, RunViews } from './runViews';
import type { TrainerClient } from './trainerClient';

/** The run that this window's trainer works on. */
interface LiveRun {
  view: RunView;
  /** Days of events are more than a window can hold. */
  readonly events: Thinned<RunEvent>;
  release: () => void;
}

/** Knows every run: those of the store from their event files, and the live one from what the trainer tells. */
export class RunMonitor {
  readonly #events = new Listeners<[string, RunEvent]>();
  readonly #changes = new Listeners<[]>();
  readonly #views = new RunViews();
  readonly #list = new CoalescedReading(() => this.#views.list(this.store().runs));
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

  /** All runs, the latest first, without those that cannot be read. */
  async list(): Promise<readonly RunView[]> {
    return (await this.listAll()).views;
  }

  /** All runs, the latest first, and those that cannot be read with the reason why. */
  async listAll(): Promise<RunViewList> {
    return this.#listHere(await this.#list.ask());
  }

  /** The latest runs alone, which are soon read. */
  async listLatest(most: number): Promise<RunViewList> {
    return this.#listHere(await this.#views.list(this.store().runs, most));
  }

  /** The events of a run so far; of very many evenly spaced ones. @throws {UlmfitError} `not-found`, `file-unreadable` */
  async events(id: string): Promise<RunEvent[]> {
    if (this.#live?.view.id === id) return this.#live.events.items();
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
    if (!(await this.store().runs.isWorkedOn(id))) return;
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
    const kept = new Thinned<RunEvent>(keptEvents);
    for (const event of events) keep(kept, event);
    this.#live = { view: { ...events.reduce(withEvent, fresh), status: 'running' }, events: kept, release };
    if (events.slice(before.length).some(endsRun)) this.#letGo();
    this.#changes.tell();
  }

  #receive(run: string, event: RunEvent): void {
    if (this.#live?.view.id === run) {
      keep(this.#live.events, event);
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

  #listHere({ views, ...others }: RunViewList): RunViewList {
    return { ...others, views: views.map((view) => this.#asSeenHere(view)) };
  }

  #asSeenHere(view: RunView): RunView {
    const { active } = this;
    if (active?.id === view.id) return active;
    const goesOn = view.status === 'running' || view.status === 'not-responding';
    return goesOn ? { ...view, isElsewhere: !this.#isBeginning } : view;
  }
}

/** What an event takes is not measured: those that can be large are told once in a run. */
const usualBytes = 200;

function keep(events: Thinned<RunEvent>, event: RunEvent): void {
  events.add(event.event, usualBytes, () => event);
}
