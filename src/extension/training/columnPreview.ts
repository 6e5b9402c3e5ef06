import type { ClassCount } from '../../protocol/classBalance';
import { plainText } from '../explorer/plainText';

/** The first rows of a table and what the trainer takes its columns for. */
export interface ColumnPreview {
  /** None for texts without columns: `.txt` files and folders of them. */
  readonly columns: readonly string[];
  /** Cells by row and column, cut. */
  readonly rows: readonly (readonly string[])[];
  readonly textColumns: readonly string[];
  readonly labelColumn?: string | undefined;
  /** Of the column taken for the label, or of the folders; all rows are counted. */
  readonly classes: readonly ClassCount[];
  /** All rows. */
  readonly size: number;
  /** Rows that cannot be used. */
  readonly issues: number;
}

/** A column to choose. */
export interface ColumnItem {
  readonly column: string;
  readonly label: string;
  /** What the first rows hold, or the classes. */
  readonly detail: string;
  readonly picked: boolean;
}

const shownCells = 3;
const shownClasses = 8;

/** All columns with their first cells; those that seem to be texts are picked and come first. */
export function textColumnItems(preview: ColumnPreview): ColumnItem[] {
  const items = preview.columns.map((column, index) => ({
    column,
    label: plainText(column),
    detail: firstCells(preview, index),
    picked: preview.textColumns.includes(column),
  }));
  return [...items.filter(({ picked }) => picked), ...items.filter(({ picked }) => !picked)];
}

/** The columns that are not texts, with their classes; the one that seems to be the label is picked and comes first. */
export function labelColumnItems(preview: ColumnPreview, textColumns: readonly string[]): ColumnItem[] {
  const items = preview.columns
    .map((column, index) => ({
      column,
      label: plainText(column),
      detail: classList(classesOf(preview, column, index)),
      picked: column === preview.labelColumn,
    }))
    .filter(({ column }) => !textColumns.includes(column));
  return [...items.filter(({ picked }) => picked), ...items.filter(({ picked }) => !picked)];
}

/** The classes of a column: all if the trainer counted them, else those of the first rows, the frequent ones first. */
export function classesOf(
  preview: ColumnPreview,
  column: string,
  index = preview.columns.indexOf(column),
): ClassCount[] {
  const counts = new Map<string, number>();
  if (column === preview.labelColumn) {
    for (const { label, count } of preview.classes) counts.set(label, count);
  } else {
    for (const row of preview.rows) {
      const value = row[index] ?? '';
      if (value.trim() !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return Array.from(counts, ([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count);
}

/** `ham 686 · spam 314`, cut after a few. */
export function classList(classes: readonly ClassCount[]): string {
  const shown = classes.slice(0, shownClasses).map(({ label, count }) => `${plainText(label, 40)} ${count}`);
  if (classes.length > shown.length) shown.push('…');
  return shown.join(' · ');
}

function firstCells({ rows }: ColumnPreview, index: number): string {
  return rows
    .map((row) => plainText(row[index] ?? '', 60))
    .filter((cell) => cell !== '')
    .slice(0, shownCells)
    .join(' ┊ ');
}
