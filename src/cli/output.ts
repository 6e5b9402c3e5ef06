import type { UlmfitError } from '../errors';
import type { System } from './context';
import type { OutputWatch } from './outputWatch';

/** Control characters but line end and tab: in a terminal they could move the cursor or worse. */
const controls = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text from data, files or names as it can be shown in a terminal. */
export function printable(text: string): string {
  return text.replace(controls, (control) => (control === '\n' || control === '\t' ? control : '\ufffd'));
}

/** Prints for people or, with `--json`, one JSON object a line for programs. */
export class Output {
  /** Set when an `error` object was printed, so that it is not printed again. */
  errorPrinted = false;

  constructor(
    private readonly system: System,
    readonly json: boolean,
    private readonly watch: OutputWatch,
  ) {}

  /** Rejected with an `OutputFailure` as soon as what is printed cannot be written any more. */
  get failed(): Promise<never> {
    return this.watch.failed;
  }

  /** Whether progress bars can be shown. */
  get interactive(): boolean {
    return !this.json && this.system.stdout.isTTY === true && this.system.stderr.isTTY === true;
  }

  /** A line for people on stdout; nothing with `--json`. */
  line(text = ''): void {
    if (!this.json) this.system.stdout.write(`${printable(text)}\n`);
  }

  /** A line for people on stderr. */
  note(text: string): void {
    this.system.stderr.write(`${printable(text)}\n`);
  }

  /**
   * An object for programs on stdout, whether or not `--json` was given; waits while the reader is slow.
   * @throws OutputFailure where the reader is gone meanwhile
   */
  async object(value: Readonly<Record<string, unknown>>): Promise<void> {
    if (value['event'] === 'error') this.errorPrinted = true;
    const { stdout } = this.system;
    if (stdout.write(`${JSON.stringify(value)}\n`)) return;
    await Promise.race([new Promise((resolve) => stdout.once('drain', resolve)), this.failed]);
  }

  /** The result of a command: `{"event":"result", …}` with `--json`, else what `print` prints. */
  async result(value: Readonly<Record<string, unknown>>, print: () => void): Promise<void> {
    if (this.json) await this.object({ event: 'result', ...value });
    else print();
  }

  /** What went wrong: for people on stderr, and with `--json` as an `error` object too. */
  async error(error: UlmfitError): Promise<void> {
    this.note(`Error: ${error.message}\n${error.remedy}`);
    if (this.json && !this.errorPrinted) {
      const { code, message, remedy } = error;
      await this.object({ event: 'error', code, message, remedy });
    }
  }
}

/** Columns of left-aligned text, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
