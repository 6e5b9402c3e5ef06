import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { UlmfitError } from '../errors';
import { chooseColumns, type ColumnChoice, type ColumnRequest } from './columnGuess';
import { DelimitedTable } from './delimitedTable';
import { delimiterCharacter } from './delimiterGuess';
import { JsonLinesTable } from './jsonLinesTable';
import { LinesTable } from './linesTable';
import { fileError, readTextFile, wholeText } from './readTextFile';
import type { Table } from './table';
import { readTextFolder } from './textFolder';
import type { RowIssue, TextRow } from './textRow';

export interface ReadOptions extends ColumnRequest {
  /** One character, or `tab`; found out where it is not given. */
  readonly delimiter?: string | undefined;
  /** Whether the first row of a CSV names the columns; found out where it is not given. */
  readonly header?: boolean | undefined;
  /** Found out where it is not given. */
  readonly encoding?: string | undefined;
}

/** Which columns of a file were read. */
export interface FileColumns extends ColumnChoice {
  readonly file: string;
  readonly columns: readonly string[];
}

export interface ReadResult {
  readonly rows: TextRow[];
  /** Every row that is not in `rows`, and every row that has no label where others do. */
  readonly issues: RowIssue[];
  /** One for each CSV, TSV or JSONL file. */
  readonly columns: FileColumns[];
}

/**
 * Reads CSV, TSV and JSONL files, `.txt` files (one text each) and folders of `.txt` files (label = parent folder).
 * Several folders that hold texts directly are taken as one class each; a single one has no labels.
 *
 * Every row of the input comes back as a row or as an issue. Rows without a label are both: they still train a
 * language model.
 *
 * @throws UlmfitError 'file-not-found', 'file-unreadable', 'not-text', 'bad-encoding', 'missing-column',
 * 'unsupported-format', 'bad-setting', or 'no-texts' where nothing is left to train on
 */
export async function readRows(paths: readonly string[], options: ReadOptions = {}): Promise<ReadResult> {
  const result: ReadResult = { rows: [], issues: [], columns: [] };
  const flatFolders = new Set<string>();
  const otherFiles: string[] = [];
  for (const path of paths) {
    if (await isFolder(path)) {
      const { encoding, labelColumn } = options;
      const folder = await readTextFolder(path, { encoding, labelled: labelColumn !== null });
      if (folder.rows.length > 0 && folder.rows.every(({ label }) => label === undefined))
        flatFolders.add(resolve(path));
      otherFiles.push(...folder.otherFiles);
      addRows(result, folder.rows, folder.issues);
    } else {
      await readFileRows(path, options, result);
    }
  }
  const rows =
    flatFolders.size > 1 && options.labelColumn !== null
      ? result.rows.map((row) => labelByFolder(row, flatFolders))
      : result.rows;
  reportUnlabelled(rows, result.issues);
  if (rows.length === 0) throw noTexts(paths, result.issues, otherFiles);
  return { ...result, rows };
}

/**
 * A CSV, TSV or JSONL file with its columns, to look into or to add to; a .txt file is taken as one text a line.
 * @throws UlmfitError as {@link readRows}
 */
export async function readTable(file: string, options: ReadOptions = {}): Promise<Table> {
  const kind = extname(file).toLowerCase();
  const { utf8 } = await readTextFile(file, options.encoding);
  if (kind === '.jsonl' || kind === '.ndjson') return new JsonLinesTable(file, utf8);
  if (kind === '.txt') return new LinesTable(file, utf8);
  const { delimiter, header, textColumns, labelColumn } = options;
  return new DelimitedTable(file, utf8, {
    ...(delimiter === undefined ? {} : { delimiter: checkDelimiter(delimiter) }),
    ...(header === undefined ? {} : { header }),
    expectedColumns: [...(textColumns ?? []), ...(labelColumn == null ? [] : [labelColumn])],
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileError(path, error);
  }
}

const tableKinds = ['.csv', '.tsv', '.tab', '.psv', '.jsonl', '.ndjson'];

async function readFileRows(file: string, options: ReadOptions, result: ReadResult): Promise<void> {
  const kind = extname(file).toLowerCase();
  if (kind === '.txt') {
    const { utf8 } = await readTextFile(file, options.encoding);
    addRows(result, [{ text: wholeText(file, utf8), file, line: 1 }], []);
    return;
  }
  if (!tableKinds.includes(kind)) {
    throw new UlmfitError(
      'unsupported-format',
      `${file} is of a kind that is not read (“${kind}”).`,
      `Give ${tableKinds.join(', ')} or .txt files, or a folder of .txt files.`,
    );
  }
  const table = await readTable(file, options);
  if (table.size === 0) {
    addRows(result, [], table.issues);
    return;
  }
  const choice = chooseColumns(table, options);
  result.columns.push({ ...choice, file, columns: table.columns });
  addRows(result, tableRows(table, choice), table.issues);
}

function* tableRows(table: Table, { textColumns, labelColumn }: ColumnChoice): Generator<TextRow> {
  for (let row = 0; row < table.size; row++) {
    const fields = textColumns.map((column) => table.cell(row, column) ?? '');
    const label = labelColumn === undefined ? undefined : (table.cell(row, labelColumn) ?? '');
    yield {
      text: fields.join(' '),
      ...(fields.length > 1 ? { fields } : {}),
      // An empty label is "labelled, but not this one": reportUnlabelled takes it off and lists it.
      ...(label === undefined ? {} : { label }),
      file: table.file,
      line: table.line(row),
    };
  }
}

/** Keeps the rows that have a text; issues of a file stand in order of its lines. */
function addRows(result: ReadResult, rows: Iterable<TextRow>, issues: readonly RowIssue[]): void {
  const empty: RowIssue[] = [];
  for (const row of rows) {
    if (row.text.trim() === '') empty.push({ file: row.file, line: row.line, reason: 'the text is empty' });
    else result.rows.push(row);
  }
  for (const issue of issues.concat(empty).sort(byFileAndLine)) result.issues.push(issue);
}

function byFileAndLine(a: RowIssue, b: RowIssue): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;
}

/** Labels a text of a folder that stands for one class with that folder's name. */
function labelByFolder(row: TextRow, folders: ReadonlySet<string>): TextRow {
  const folder = dirname(resolve(row.file));
  return row.label === undefined && folders.has(folder) ? { ...row, label: basename(folder) } : row;
}

/** Lists the rows without a label where other rows have one, and takes empty labels off. */
function reportUnlabelled(rows: TextRow[], issues: RowIssue[]): void {
  if (!rows.some(({ label }) => label !== undefined)) return;
  rows.forEach((row, index) => {
    if (row.label !== undefined && row.label.trim() !== '') return;
    const { text, fields, file, line } = row;
    rows[index] = { text, ...(fields === undefined ? {} : { fields }), file, line };
    issues.push({
      file: row.file,
      line: row.line,
      reason: 'has no label: it trains the language model, but not the classifier',
    });
  });
}

function checkDelimiter(written: string): string {
  const delimiter = delimiterCharacter(written);
  if (delimiter.length > 0 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new UlmfitError(
    'bad-setting',
    `${JSON.stringify(written)} cannot be a delimiter.`,
    'Use a comma, a semicolon, a vertical bar or “tab”.',
  );
}

function noTexts(
  paths: readonly string[],
  issues: readonly RowIssue[],
  otherFiles: readonly string[],
): UlmfitError {
  const [first] = issues;
  const reason =
    first === undefined ? '' : ` The first problem: ${first.file}:${first.line} ${first.reason}.`;
  const tables = otherFiles.filter((name) => tableKinds.includes(extname(name).toLowerCase()));
  return new UlmfitError(
    'no-texts',
    `There are no texts in ${paths.join(', ')}.${reason}`,
    tables.length > 0
      ? `Of a folder only .txt files are read; give ${tables.slice(0, 3).join(', ')} itself.`
      : 'Give a CSV, TSV or JSONL file with a header and rows, or a folder with .txt files.',
  );
}
