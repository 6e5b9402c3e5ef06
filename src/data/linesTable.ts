import { wholeText } from './readTextFile';
import type { Table } from './table';
import type { RowIssue } from './textRow';

/** A text file in memory of which each line is one text; blank lines are nothing. */
export class LinesTable implements Table {
  readonly columns = ['text'];
  readonly issues: RowIssue[] = [];
  readonly #texts: string[] = [];
  readonly #lines: number[] = [];

  constructor(
    readonly file: string,
    utf8: Buffer,
  ) {
    wholeText(file, utf8)
      .split(/\r\n|\n|\r/u)
      .forEach((text, index) => {
        if (text.trim() === '') return;
        this.#texts.push(text);
        this.#lines.push(index + 1);
      });
  }

  get size(): number {
    return this.#texts.length;
  }

  line(row: number): number {
    return this.#lines[row] ?? 0;
  }

  cell(row: number, column: string): string | undefined {
    return column === 'text' ? this.#texts[row] : undefined;
  }

  value(row: number, column: string): unknown {
    return this.cell(row, column);
  }
}
