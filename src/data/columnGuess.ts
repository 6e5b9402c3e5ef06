import { UlmfitError } from '../errors';
import type { Table } from './table';

/** Which columns are texts and which is the label, and for each why, in words for the user. */
export interface ColumnChoice {
  readonly textColumns: readonly string[];
  readonly textReason: string;
  /** Absent where the table has no labels. */
  readonly labelColumn?: string;
  readonly labelReason: string;
}

export interface ColumnRequest {
  /** Guessed where they are not given. */
  readonly textColumns?: readonly string[] | undefined;
  /** Guessed where it is not given; `null` where labels are not wanted. */
  readonly labelColumn?: string | null | undefined;
}

const textNames = [
  ...['text', 'texts', 'body', 'content', 'message', 'review', 'comment', 'document', 'sentence', 'abstract'],
  ...['description', 'tweet', 'post', 'article', 'question', 'summary', 'title', 'subject'],
];
const labelNames = [
  ...['label', 'labels', 'class', 'category', 'target', 'sentiment', 'tag', 'topic', 'polarity', 'intent'],
  ...['type', 'y', 'rating', 'stars', 'score', 'is_spam', 'spam'],
];
const sampleRows = 200;
const mostClasses = 20;

/**
 * The columns asked for, and a guess for those not asked for: by name, else the text is the column with the longest
 * values on average, and the label the one other column with few values that come again and again.
 *
 * @throws UlmfitError 'missing-column' naming the columns that exist
 */
export function chooseColumns(table: Table, request: ColumnRequest = {}): ColumnChoice {
  for (const name of [...(request.textColumns ?? []), request.labelColumn ?? '']) {
    if (name !== '' && !table.columns.includes(name)) throw missingColumn(table, name);
  }
  const text = chooseText(table, request);
  const label = chooseLabel(table, request, text.textColumns);
  return { ...text, ...label };
}

function chooseText(
  table: Table,
  { textColumns, labelColumn }: ColumnRequest,
): Pick<ColumnChoice, 'textColumns' | 'textReason'> {
  if (textColumns !== undefined && textColumns.length > 0) {
    return { textColumns, textReason: 'asked for' };
  }
  const others = table.columns.filter((column) => column !== labelColumn);
  const named = byName(others, textNames);
  if (named !== undefined) return { textColumns: [named], textReason: `is named “${named}”` };
  let longest: { column: string; average: number } | undefined;
  for (const column of others) {
    const values = sampledValues(table, column);
    const average = values.reduce((sum, value) => sum + value.length, 0) / Math.max(1, values.length);
    if (longest === undefined || average > longest.average) longest = { column, average };
  }
  if (longest === undefined) {
    throw new UlmfitError(
      'missing-column',
      `${table.file} has no column that could hold texts.`,
      'Give a file with a column of texts.',
    );
  }
  return {
    textColumns: [longest.column],
    textReason: `has the longest values: ${Math.round(longest.average)} characters on average`,
  };
}

function chooseLabel(
  table: Table,
  { labelColumn }: ColumnRequest,
  textColumns: readonly string[],
): Pick<ColumnChoice, 'labelColumn' | 'labelReason'> {
  if (labelColumn === null) return { labelReason: 'labels are not asked for' };
  if (labelColumn !== undefined) return { labelColumn, labelReason: 'asked for' };
  const others = table.columns.filter((column) => !textColumns.includes(column));
  const named = byName(others, labelNames);
  if (named !== undefined) return { labelColumn: named, labelReason: `is named “${named}”` };
  const repeating = others.filter((column) => {
    const values = sampledValues(table, column);
    const distinct = new Set(values).size;
    return distinct >= 2 && distinct <= mostClasses && values.length >= 4 * distinct;
  });
  const [only, another] = repeating;
  if (only !== undefined && another === undefined) {
    const distinct = new Set(sampledValues(table, only)).size;
    return { labelColumn: only, labelReason: `has only ${distinct} different values` };
  }
  return {
    labelReason: another === undefined ? 'no column looks like labels' : 'several columns could be labels',
  };
}

function byName(columns: readonly string[], names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = columns.find((column) => column.toLowerCase() === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sampledValues(table: Table, column: string): string[] {
  const values: string[] = [];
  for (let row = 0; row < Math.min(table.size, sampleRows); row++) {
    const value = table.cell(row, column);
    if (value !== undefined && value.trim() !== '') values.push(value);
  }
  return values;
}

function missingColumn(table: Table, name: string): UlmfitError {
  const shown = table.columns.slice(0, 30).map((column) => `“${column.slice(0, 60)}”`);
  const more = table.columns.length > shown.length ? `, and ${table.columns.length - shown.length} more` : '';
  return new UlmfitError(
    'missing-column',
    `${table.file} has no column “${name}”. Its columns are: ${shown.join(', ')}${more}.`,
    'Name one of these columns.',
  );
}
