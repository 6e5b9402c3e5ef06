import type { RunEvent, RunEventOf } from '../src/protocol/events';

/** What a training step was measured at. */
export interface StepPoint {
  readonly step: number;
  readonly loss: number | null;
  readonly lr: number | null;
  readonly momentum: number | null;
}

/** When so many points have come together, every second one goes. */
const mostPoints = 4000;

/** What the page knows of a run: its events, one after the other. */
export class RunModel {
  started: RunEventOf<'started'> | undefined;
  progress: RunEventOf<'progress'> | undefined;
  result: RunEventOf<'result'> | undefined;
  error: RunEventOf<'error'> | undefined;
  cancelled: RunEventOf<'cancelled'> | undefined;
  skipped: RunEventOf<'skipped_rows'> | undefined;
  validated: RunEventOf<'validated_rows'> | undefined;
  points: StepPoint[] = [];
  epochs: RunEventOf<'epoch'>[] = [];
  samples: RunEventOf<'sample'>[] = [];
  warnings: RunEventOf<'warning'>[] = [];
  /** Rises with every event that changes more than the progress: tables need not be drawn again before. */
  version = 0;

  constructor(readonly id: string) {}

  static of(id: string, events: readonly RunEvent[]): RunModel {
    const model = new RunModel(id);
    for (const event of events) model.apply(event);
    return model;
  }

  apply(event: RunEvent): void {
    if (event.event !== 'progress') this.version++;
    switch (event.event) {
      case 'started':
        this.#start(event);
        break;
      case 'progress':
        this.#advance(event);
        break;
      case 'epoch':
        this.epochs = [...this.epochs.filter(({ epoch }) => epoch < event.epoch), event];
        break;
      case 'sample':
        this.samples = [...this.samples.filter(({ epoch }) => epoch !== event.epoch), event];
        break;
      case 'warning':
        if (!this.warnings.some(({ message }) => message === event.message)) this.warnings.push(event);
        break;
      case 'skipped_rows':
        this.skipped = event;
        break;
      case 'validated_rows':
        this.validated = event;
        break;
      case 'result':
        this.result = event;
        break;
      case 'error':
        this.error = event;
        break;
      case 'cancelled':
        this.cancelled = event;
        break;
      case 'phase':
      case 'checkpoint':
      case 'paused':
        break;
    }
  }

  /** Names of the metrics beside the losses, in the order of fastai's table. */
  get metrics(): string[] {
    const known = ['event', 'time', 'phase', 'epoch', 'train_loss', 'valid_loss', 'seconds'];
    return [...new Set(this.epochs.flatMap((row) => Object.keys(row)))].filter((key) => !known.includes(key));
  }

  /** The step at which an epoch of the plan ends. */
  endOfEpoch(epoch: number): number {
    let [left, steps] = [epoch, 0];
    for (const phase of this.started?.phases ?? []) {
      const here = Math.min(left, phase.epochs);
      steps += phase.epochs === 0 ? 0 : (here * phase.steps) / phase.epochs;
      left -= here;
    }
    return Math.round(steps);
  }

  /** The part of the plan that is done, 0 to 1, or undefined before anything is known. */
  get share(): number | undefined {
    if (this.result && this.result.stopped !== true) return 1;
    const step = this.progress?.step ?? this.points.at(-1)?.step;
    const all = this.started?.steps ?? 0;
    return step === undefined || all === 0 ? undefined : Math.min(step / all, 1);
  }

  /** A run that is resumed goes back to its last checkpoint; what was measured after it is measured again. */
  #start(event: RunEventOf<'started'>): void {
    this.started = event;
    this.result = undefined;
    this.validated = undefined;
    this.error = undefined;
    this.cancelled = undefined;
    this.progress = undefined;
    const from = event.resumed_from ?? 0;
    this.points = this.points.filter(({ step }) => step <= from);
    this.epochs = this.epochs.filter(({ epoch }) => this.endOfEpoch(epoch) <= from);
    this.samples = this.samples.filter(({ epoch }) => epoch === undefined || this.endOfEpoch(epoch) <= from);
  }

  #advance(event: RunEventOf<'progress'>): void {
    this.progress = event;
    if (event.part !== 'train' || event.step === undefined) return;
    const { step } = event;
    if (step <= (this.points.at(-1)?.step ?? 0)) return;
    this.points.push({
      step,
      loss: event.loss ?? null,
      lr: event.lr ?? null,
      momentum: event.mom ?? null,
    });
    if (this.points.length > mostPoints) {
      const last = this.points.length - 1;
      this.points = this.points.filter((_, i) => i % 2 === 0 || i === last);
    }
  }
}

/** A metric of an epoch, or null where it was not measured. */
export function metricOf(row: RunEventOf<'epoch'>, name: string): number | null {
  const value: unknown = row[name];
  return typeof value === 'number' ? value : null;
}
