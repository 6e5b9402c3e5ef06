import { basename } from 'node:path';
import { dataFingerprint } from '../data/dataFingerprint';
import { readRows, type ReadResult } from '../data/readRows';
import { splitRows } from '../data/splitRows';
import type { RowIssue, TextRow } from '../data/textRow';
import { UlmfitError } from '../errors';

export interface TrainingData {
  data: readonly string[];
  text?: readonly string[] | undefined;
  /** null where labels are not wanted. */
  label?: string | null | undefined;
  valid?: string | undefined;
  validPct: number;
  seed: number;
}

export interface TrainingRows {
  train: TextRow[];
  valid: TextRow[];
  issues: RowIssue[];
  /** Of all rows, for the lineage. */
  sha256: string;
  trainSha256: string;
  validSha256: string;
  /** File names without folders, for the lineage. */
  files: string[];
}

/** So few rows teach nothing and leave none to check by. */
const fewestRows = 4;

/** Reads the rows of a run and parts those to validate on. @throws {UlmfitError} as `readRows`; `too-few-rows` */
export async function readTrainingRows(options: TrainingData): Promise<TrainingRows> {
  const columns = { textColumns: options.text, labelColumn: options.label };
  const all = await readRows(options.data, columns);
  for (const { file, textColumns, labelColumn } of all.columns) {
    if (labelColumn !== undefined && textColumns.includes(labelColumn)) {
      throw new UlmfitError(
        'bad-setting',
        `The column “${labelColumn}” of ${file} is both the text and the label.`,
        'Name one column with --text and another with --label.',
      );
    }
  }
  const separate = options.valid === undefined ? undefined : await readRows([options.valid], columns);
  const usable = options.label === null ? all.rows : all.rows.filter(({ label }) => label !== undefined);
  if (options.label !== null && usable.length === 0) {
    throw new UlmfitError(
      'missing-column',
      `None of the ${all.rows.length} rows has a label. ${labelAdvice(all.columns)}`,
      'Name the column of the labels with --label, or give one folder for each label.',
    );
  }
  if (usable.length < fewestRows) {
    throw new UlmfitError(
      'too-few-rows',
      `There are ${usable.length} rows to train on; at least ${fewestRows} are needed, and hundreds to be of use.`,
      'Give more rows.',
    );
  }
  if (separate && options.label !== null) checkValidationLabels(options.valid ?? '', separate, usable);
  const { train, valid } = separate
    ? { train: usable, valid: separate.rows }
    : splitRows(usable, { validPct: options.validPct, seed: options.seed });
  return {
    train,
    valid,
    issues: [...all.issues, ...(separate?.issues ?? [])],
    sha256: dataFingerprint([...train, ...valid]),
    trainSha256: dataFingerprint(train),
    validSha256: dataFingerprint(valid),
    files: [...options.data, ...(options.valid === undefined ? [] : [options.valid])].map((path) =>
      basename(path),
    ),
  };
}

/** A file to validate on that has no row to validate on is a mistake, and the run would not show what it is to show. */
function checkValidationLabels(file: string, { rows, columns }: ReadResult, train: readonly TextRow[]): void {
  const known = new Set(train.map(({ label }) => label));
  if (rows.some(({ label }) => label !== undefined && known.has(label))) return;
  const unlabelled = rows.every(({ label }) => label === undefined);
  throw new UlmfitError(
    'missing-column',
    unlabelled
      ? `None of the ${rows.length} rows to validate on has a label. ${labelAdvice(columns)}`.trimEnd()
      : `None of the ${rows.length} rows of ${file} has a label that a training row has.`,
    'Give a file whose rows have the labels of the training rows, or leave --valid out: rows are then drawn.',
  );
}

function labelAdvice(
  files: readonly { file: string; columns: readonly string[]; labelReason: string }[],
): string {
  return files
    .map(({ file, columns, labelReason }) => `${file}: ${labelReason} among ${columns.join(', ')}.`)
    .join(' ');
}
