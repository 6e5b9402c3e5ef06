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
    const payload = { what, details: detailsOf(event) };
    const subject = `${what} ${event.epoch} ${event.batches}`;
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
      this.bar.start(event.batches, event.batch, payload);
    } else {
      this.bar.update(event.batch, payload);
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
