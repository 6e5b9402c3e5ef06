import { SingleBar } from 'cli-progress';
import type { RunEventOf } from '../protocol/events';
import { clock } from './epochTable';

/** One bar for the batches of what goes on now, in a terminal. */
export class ProgressBar {
  private bar: SingleBar | undefined;
  private shown = '';

  constructor(private readonly stream: NodeJS.WritableStream) {}

  show(event: RunEventOf<'progress'>): void {
    const what =
      event.part === 'train' ? `epoch ${event.epoch}` : event.part === 'valid' ? 'validating' : 'preparing';
    this.showCount(what, event.batch, event.batches, { details: detailsOf(event), group: event.epoch });
  }

  /** @param group a bar of its own for each */
  showCount(what: string, done: number, total: number, { details = '', group = 0 } = {}): void {
    const payload = { what, details };
    const subject = `${what} ${group} ${total}`;
    if (this.bar === undefined || subject !== this.shown) {
      this.clear();
      this.shown = subject;
      this.bar = new SingleBar({
        format: '{what} {bar} {value}/{total}{details}',
        stream: this.stream,
        clearOnComplete: true,
        hideCursor: true,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
      });
      this.bar.start(total, done, payload);
    } else {
      this.bar.update(done, payload);
    }
  }

  /** Takes the bar away, so that lines can be printed. */
  clear(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}

function detailsOf(event: RunEventOf<'progress'>): string {
  const parts: string[] = [];
  if (typeof event.loss === 'number') parts.push(`loss ${event.loss.toFixed(4)}`);
  if (event.tokens_per_second !== undefined) parts.push(`${Math.round(event.tokens_per_second)} tokens/s`);
  if (event.seconds_left !== undefined) parts.push(`${clock(event.seconds_left)} left`);
  return parts.map((part) => ` · ${part}`).join('');
}
