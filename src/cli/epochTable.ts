import type { RunEventOf } from '../protocol/events';

type EpochEvent = RunEventOf<'epoch'>;

/** Keys of an epoch event that are no metric, or that have a place of their own. */
const ownPlace = ['event', 'time', 'phase', 'epoch', 'train_loss', 'valid_loss', 'seconds'];

/** fastai's table of epochs: epoch, train_loss, valid_loss, the metrics, time; columns of at least eight characters. */
export class EpochTable {
  private metrics: readonly string[] = [];

  /** The heading for the metrics of `event`, which the rows after it have too. */
  heading(event: EpochEvent): string {
    this.metrics = Object.keys(event).filter((key) => !ownPlace.includes(key));
    return this.format(['epoch', 'train_loss', 'valid_loss', ...this.metrics, 'time']);
  }

  row(event: EpochEvent): string {
    const measured: Readonly<Record<string, unknown>> = event;
    const values = ['train_loss', 'valid_loss', ...this.metrics].map((key) => formatMetric(measured[key]));
    return this.format([
      String(event.epoch),
      ...values,
      event.seconds === undefined ? '' : clock(event.seconds),
    ]);
  }

  private format(cells: readonly string[]): string {
    const titles = ['epoch', 'train_loss', 'valid_loss', ...this.metrics, 'time'];
    return cells
      .map((cell, i) => cell.padEnd(Math.max(titles[i]?.length ?? 0, 8) + 2))
      .join('')
      .trimEnd();
  }
}

/** Six decimals; `#na#` where there is no number, as fastai writes it. */
export function formatMetric(value: unknown): string {
  return typeof value === 'number' ? value.toFixed(6) : '#na#';
}

/** `00:07`, `12:30`, `1:02:03` */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
