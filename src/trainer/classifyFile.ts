import { open, rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { chooseColumns } from '../data/columnGuess';
import { readTable } from '../data/readRows';
import type { Table } from '../data/table';
import type { RowIssue } from '../data/textRow';
import { UlmfitError } from '../errors';
import { type Classification, classify } from '../inference/classify';
import type { SavedClassifier } from '../model/savedClassifier';

export interface ClassifiedFile {
  out: string;
  rows: number;
  issues: readonly RowIssue[];
}

/** Rows classified together; enough to sort by length, little enough to hold. */
const block = 1024;

/**
 * Writes a copy of a table with the columns `prediction` and one `probability <class>` each. Rows keep their order.
 * The new file appears when it is complete.
 * @throws {UlmfitError} as `readTable`; `save-failed` where the new file cannot be written
 */
export async function classifyFile(
  classifier: SavedClassifier,
  file: string,
  textColumns: readonly string[] | undefined,
  out: string,
): Promise<ClassifiedFile> {
  const table = await readTable(file, { textColumns });
  const { textColumns: columns } = chooseColumns(table, { textColumns, labelColumn: null });
  const partial = `${out}.partial`;
  const writer = writerOf(out, table, classifier.classes);
  try {
    const handle = await open(partial, 'w');
    try {
      await handle.write(writer.header());
      for (let start = 0; start < table.size; start += block) {
        const rows = Array.from({ length: Math.min(block, table.size - start) }, (_, i) => start + i);
        const texts = rows.map((row) => columns.map((column) => table.cell(row, column) ?? ''));
        const answers = await classify(classifier, texts);
        await handle.write(rows.map((row, i) => writer.row(row, answers[i])).join(''));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof UlmfitError) throw error;
    throw new UlmfitError(
      'save-failed',
      `${out} could not be written: ${error instanceof Error ? error.message : String(error)}.`,
      'Choose a folder that you may write to and that has room.',
      { cause: error },
    );
  }
  return { out, rows: table.size, issues: table.issues };
}

interface TableWriter {
  header(): string;
  row(row: number, answer: Classification | undefined): string;
}

function writerOf(out: string, table: Table, classes: readonly string[]): TableWriter {
  const kind = extname(out).toLowerCase();
  const values = (row: number) => table.columns.map((column) => table.cell(row, column) ?? '');
  if (kind === '.jsonl' || kind === '.ndjson') {
    return {
      header: () => '',
      row: (row, answer) => {
        const cells = values(row).map((value, i) => [table.columns[i] ?? '', value] as const);
        const probabilities = Object.fromEntries(answer?.probabilities ?? []);
        return `${JSON.stringify({ ...Object.fromEntries(cells), prediction: answer?.label, probabilities })}\n`;
      },
    };
  }
  const separator = kind === '.tsv' || kind === '.tab' ? '\t' : ',';
  const line = (cells: readonly string[]) =>
    `${cells.map((cell) => quoted(cell, separator)).join(separator)}\n`;
  return {
    header: () => line([...table.columns, 'prediction', ...classes.map((name) => `probability ${name}`)]),
    row: (row, answer) =>
      line([
        ...values(row),
        answer?.label ?? '',
        ...classes.map((name) => (answer?.probabilities.get(name) ?? 0).toFixed(6)),
      ]),
  };
}

function quoted(cell: string, separator: string): string {
  return /["\r\n]/u.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
