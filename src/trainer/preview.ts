import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { chooseColumns } from '../data/columnGuess';
import { type ReadOptions, readRows, readTable } from '../data/readRows';
import type { Table } from '../data/table';
import { UlmfitError } from '../errors';
import type { RequestResult } from '../protocol/requests';

type Preview = RequestResult<'preview'>;

const mostRows = 20;
const longestCell = 200;
const mostClasses = 50;

/**
 * What a file or a folder holds, before it is trained on.
 * @throws {UlmfitError} as `readRows`
 */
export async function preview(path: string, options: ReadOptions = {}): Promise<Preview> {
  // A file that is not there is for the readers to report.
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder) return folderPreview(path, options, 'each .txt file is a text');
  if (extname(path).toLowerCase() === '.txt')
    return folderPreview(path, options, 'the whole file is one text');
  const table = await readTable(path, options);
  if (table.columns.length === 0) {
    throw new UlmfitError(
      'no-texts',
      `${path} is empty.`,
      'Give a CSV, TSV or JSONL file with a text in each row.',
    );
  }
  return tablePreview(table);
}

async function folderPreview(path: string, options: ReadOptions, textReason: string): Promise<Preview> {
  const { rows, issues } = await readRows([path], options);
  const labels = rows.flatMap(({ label }) => label ?? []);
  return {
    columns: [],
    rows: [],
    size: rows.length,
    textColumns: [],
    textReason,
    labelReason: labels.length > 0 ? 'each folder is a label' : 'there are no folders that could be labels',
    ...(labels.length > 0 ? { classes: counts(labels) } : {}),
    issues: issues.length,
  };
}

function tablePreview(table: Table): Preview {
  const { textColumns, textReason, labelColumn, labelReason } = chooseColumns(table);
  const labels: string[] = [];
  let withoutText = 0;
  for (let row = 0; row < table.size; row++) {
    if (textColumns.every((column) => (table.cell(row, column) ?? '').trim() === '')) withoutText++;
    const label = labelColumn === undefined ? undefined : table.cell(row, labelColumn);
    if (label !== undefined && label.trim() !== '') labels.push(label);
  }
  return {
    columns: [...table.columns],
    rows: Array.from({ length: Math.min(mostRows, table.size) }, (_, row) =>
      table.columns.map((column) => cut(table.cell(row, column) ?? '')),
    ),
    size: table.size,
    textColumns: [...textColumns],
    textReason,
    ...(labelColumn === undefined ? {} : { labelColumn }),
    labelReason,
    ...(labels.length > 0 ? { classes: counts(labels) } : {}),
    issues: table.issues.length + withoutText,
  };
}

/** The most frequent labels, most frequent first. */
function counts(labels: readonly string[]): { label: string; count: number }[] {
  const byLabel = new Map<string, number>();
  for (const label of labels) byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
  return Array.from(byLabel, ([label, count]) => ({ label: cut(label), count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, mostClasses);
}

function cut(cell: string): string {
  return cell.length > longestCell ? `${cell.slice(0, longestCell - 1)}…` : cell;
}
