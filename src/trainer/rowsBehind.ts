import type { TextRow } from '../data/textRow';
import type { RunEventOf } from '../protocol/events';
import type { Prediction } from '../training/classifierEvaluation';

type ValidatedRows = Omit<RunEventOf<'validated_rows'>, 'event' | 'time'>;

/** Bounds of what a run keeps: more is not read on a page, and the texts are in their files anyway. */
const mostOfCell = 25;
const mostRows = 2000;
const longestText = 240;

/**
 * The rows that a confusion matrix counts, some of each cell. Mistakes come first, the surest of them before the
 * others: they say most about the labels and the texts. Of what is right the least sure comes first.
 *
 * @param predictions one for each row
 */
export function rowsBehind(
  rows: readonly TextRow[],
  classes: readonly string[],
  predictions: readonly Prediction[],
): ValidatedRows {
  const numbers = new Map(classes.map((name, index) => [name, index]));
  const judged = rows.flatMap((row, index) => {
    const prediction = predictions[index];
    const actual = numbers.get(row.label ?? '');
    return prediction === undefined || actual === undefined ? [] : [{ row, actual, ...prediction }];
  });
  judged.sort((a, b) => rank(b) - rank(a));
  const cells = new Map<string, number>();
  const kept = judged.filter(({ actual, predicted }) => {
    const cell = `${actual} ${predicted}`;
    const place = cells.get(cell) ?? 0;
    cells.set(cell, place + 1);
    return place < mostOfCell;
  });
  return {
    count: judged.length,
    rows: kept.slice(0, mostRows).map(({ row, actual, predicted, probability }) => ({
      file: row.file,
      line: row.line,
      actual,
      predicted,
      probability,
      text: excerpt(row.text),
    })),
  };
}

/** Mistakes above what is right; among mistakes the sure ones, among the others the unsure ones. */
function rank({ actual, predicted, probability }: Prediction & { actual: number }): number {
  return actual === predicted ? -probability : 1 + probability;
}

/** The beginning of a text, on one line. */
function excerpt(text: string): string {
  // A text may have megabytes: only what can be seen is looked at.
  const line = text
    .slice(0, 4 * longestText)
    .replace(/\s+/gu, ' ')
    .trim();
  if (line.length <= longestText) return line;
  return `${line.slice(0, longestText).replace(/[\ud800-\udbff]$/u, '')}…`;
}
