import { extname } from 'node:path';
import type { Classification } from '../classifier/classify';
import type { Table } from '../data/table';

/** Writes a table with its answers, part by part. */
export interface TableWriter {
  header(): string;
  row(row: number, answer: Classification | undefined): string;
}

/** As CSV, TSV or JSONL, by the extension of the file `out`. */
export function tableWriter(out: string, table: Table, classes: readonly string[]): TableWriter {
  const kind = extname(out).toLowerCase();
  const added = (name: string) => freeName(name, table.columns);
  if (kind === '.jsonl' || kind === '.ndjson') {
    return {
      header: () => '',
      row: (row, answer) => {
        const cells = table.columns.flatMap((column) => {
          const value = table.value(row, column);
          return value === undefined ? [] : [[column, value] as const];
        });
        const answers = [
          [added('prediction'), answer?.label],
          [added('probabilities'), Object.fromEntries(answer?.probabilities ?? [])],
        ] as const;
        return `${JSON.stringify(Object.fromEntries([...cells, ...answers]))}\n`;
      },
    };
  }
  const separator = kind === '.tsv' || kind === '.tab' ? '\t' : ',';
  const line = (cells: readonly string[]) =>
    `${cells.map((cell) => quoted(cell, separator)).join(separator)}\n`;
  return {
    header: () =>
      line([...table.columns, ...['prediction', ...classes.map((name) => `probability ${name}`)].map(added)]),
    row: (row, answer) =>
      line([
        ...table.columns.map((column) => table.cell(row, column) ?? ''),
        answer?.label ?? '',
        ...classes.map((name) => (answer?.probabilities.get(name) ?? 0).toFixed(6)),
      ]),
  };
}

/** A name that no column has: a result never takes the place of what was there. */
function freeName(name: string, columns: readonly string[]): string {
  let free = name;
  for (let copy = 2; columns.includes(free); copy++) free = `${name} (${copy})`;
  return free;
}

function quoted(cell: string, separator: string): string {
  return /["\r\n]/u.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
