import type { RunEvent, RunEventOf } from '../protocol/events';
import { reportLines } from './classificationReport';
import type { Context } from './context';
import { clock, EpochTable, formatMetric } from './epochTable';
import { ProgressBar } from './progressBar';

const issuesShown = 10;

/** Prints the events of a run: as they are with `--json`, else as fastai shows a training. */
export class RunPrinter {
  private readonly table = new EpochTable();
  private readonly bar: ProgressBar | undefined;
  private headingDue = true;

  constructor(private readonly context: Context) {
    const { output, system } = context;
    this.bar = output.interactive ? new ProgressBar(system.stderr) : undefined;
  }

  async print(event: RunEvent): Promise<void> {
    if (this.context.output.json) {
      await this.context.output.object(event);
    } else if (event.event === 'progress') {
      this.bar?.show(event);
    } else {
      this.clear();
      this.printLines(event);
    }
  }

  /** Takes the progress bar away. */
  clear(): void {
    this.bar?.clear();
  }

  private printLines(event: Exclude<RunEvent, { event: 'progress' }>): void {
    const { output } = this.context;
    switch (event.event) {
      case 'started':
        this.printStart(event);
        break;
      case 'phase':
        this.headingDue = true;
        output.line(`\n${event.name}: ${plural(event.epochs, 'epoch')}, learning rate ${rates(event.lr)}`);
        break;
      case 'epoch':
        if (this.headingDue) output.line(this.table.heading(event));
        this.headingDue = false;
        output.line(this.table.row(event));
        break;
      case 'sample':
        // Generated line breaks would tear the table apart.
        output.line(`  “${event.text.replace(/\s+/gu, ' ').trim()}”`);
        break;
      case 'checkpoint':
      case 'validated_rows': // For the dashboard, and for scripts with --json.
        break;
      case 'warning':
        output.note(`Warning: ${event.message}${event.remedy === undefined ? '' : ` ${event.remedy}`}`);
        break;
      case 'skipped_rows':
        printIssues(this.context, event.count, event.issues);
        break;
      case 'result':
        this.printResult(event);
        break;
      case 'cancelled':
        output.line(event.message ?? 'Cancelled.');
        break;
      case 'paused':
        output.line(`Paused after step ${event.step}.`);
        break;
      case 'error': // Thrown and printed by the command.
        break;
    }
  }

  private printStart(event: RunEventOf<'started'>): void {
    const { output } = this.context;
    const verb = event.resumed_from === undefined ? 'Training' : 'Going on with';
    const engine = event.engine === undefined ? '' : ` on ${event.engine}`;
    output.line(`${verb} ${event.kind} "${event.name}"${engine} (run ${event.run})`);
    output.line(`${plural(event.epochs, 'epoch')}, ${plural(event.steps, 'step')}`);
    if (event.resumed_from !== undefined) output.line(`After step ${event.resumed_from}`);
    const data = Object.entries(event.data ?? {}).map(([name, value]) => `${name} ${value}`);
    if (data.length > 0) output.line(data.join(', '));
    const { known_words: known, vocab } = event.data ?? {};
    if (known !== undefined && vocab !== undefined && vocab > 0) {
      output.line(`The pretrained model knows ${Math.round((100 * known) / vocab)} % of the words.`);
    }
  }

  private printResult(event: RunEventOf<'result'>): void {
    const { output } = this.context;
    output.line();
    if (event.stopped === true) output.line('Stopped before the end; the best so far is kept.');
    for (const [name, value] of Object.entries(event.metrics)) output.line(`${name} ${formatMetric(value)}`);
    for (const line of reportLines(event)) output.line(line);
    const time = event.seconds === undefined ? '' : ` in ${clock(event.seconds)}`;
    output.line(`Saved ${event.kind === 'encoder' ? 'encoder' : 'model'} "${event.name}"${time}.`);
  }
}

/** Says on stderr which rows were not used, and why. */
export function printIssues(
  { output }: Context,
  count: number,
  issues: readonly { file: string; line: number; reason: string }[],
): void {
  if (count === 0) return;
  output.note(`${plural(count, 'row')} not used:`);
  for (const { file, line, reason } of issues.slice(0, issuesShown))
    output.note(`  ${file}:${line} ${reason}`);
  if (count > issuesShown) output.note(`  and ${count - issuesShown} more (--json lists them)`);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function rates(lr: readonly number[]): string {
  const written = lr.map((rate) => String(Number(rate.toPrecision(3))));
  const [first] = written;
  const last = written.at(-1);
  return first === last ? (first ?? '') : `${first ?? ''} to ${last ?? ''}`;
}
