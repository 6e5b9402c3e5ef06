import { JsonTooDeepError, parseBoundedJson } from '../store/boundedJson';
import type { Table } from './table';
import type { RowIssue } from './textRow';

/** A row with more is no text that anybody wrote. */
const longestLineBytes = 64 * 2 ** 20;
/** Columns that are not used may hold whatever they like, within reason. */
const deepestValue = 64;

/** A JSONL file in memory: one JSON object a line; blank lines are nothing, other lines that are not objects issues. */
export class JsonLinesTable implements Table {
  readonly columns: readonly string[];
  readonly issues: RowIssue[] = [];
  readonly #records: ReadonlyMap<string, unknown>[] = [];
  readonly #lines: number[] = [];

  constructor(
    readonly file: string,
    utf8: Buffer,
  ) {
    const columns = new Set<string>();
    let line = 0;
    for (let start = 0; start < utf8.length;) {
      const feed = utf8.indexOf(0x0a, start);
      const end = feed < 0 ? utf8.length : feed;
      line++;
      const length = end - start;
      const text = length > longestLineBytes ? '' : utf8.toString('utf8', start, end).trim();
      start = end + 1;
      if (length > longestLineBytes) this.#issue(line, `has more than ${longestLineBytes / 2 ** 20} MiB`);
      if (text !== '') this.#read(text, line, columns);
    }
    this.columns = Array.from(columns);
  }

  get size(): number {
    return this.#records.length;
  }

  line(row: number): number {
    return this.#lines[row] ?? 0;
  }

  cell(row: number, column: string): string | undefined {
    // As pandas would write them: numbers and truth values are labels too; anything nested is no text.
    const value = this.value(row, column);
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  }

  value(row: number, column: string): unknown {
    return this.#records[row]?.get(column);
  }

  #read(text: string, line: number, columns: Set<string>): void {
    let value: unknown;
    try {
      value = parseBoundedJson(text, deepestValue);
    } catch (error) {
      if (error instanceof JsonTooDeepError) {
        this.#issue(line, `nests more than ${deepestValue} levels deep`);
        return;
      }
      const reason = error instanceof Error ? error.message : String(error);
      this.#issue(line, `is not valid JSON: ${reason.slice(0, 120)}`);
      return;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#issue(line, 'is not a JSON object, such as {"text": "…", "label": "…"}');
      return;
    }
    // A map, for which no column's name means anything.
    const record = new Map<string, unknown>(Object.entries(value));
    for (const name of record.keys()) columns.add(name);
    this.#records.push(record);
    this.#lines.push(line);
  }

  #issue(line: number, reason: string): void {
    this.issues.push({ file: this.file, line, reason });
  }
}
