import { basename } from 'node:path';
import { dataFingerprint } from '../data/dataFingerprint';
import { readRows } from '../data/readRows';
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
  sha256: string;
  /** File names without folders, for the lineage. */
  files: string[];
}

/** So few rows teach nothing and leave none to check by. */
const fewestRows = 4;

/** Reads the rows of a run and parts those to validate on. @throws {UlmfitError} as `readRows`; `too-few-rows` */
export async function readTrainingRows(options: TrainingData): Promise<TrainingRows> {
  const columns = { textColumns: options.text, labelColumn: options.label };
  const all = await readRows(options.data, columns);
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
  const { train, valid } = separate
    ? { train: usable, valid: separate.rows }
    : splitRows(usable, { validPct: options.validPct, seed: options.seed });
  return {
    train,
    valid,
    issues: [...all.issues, ...(separate?.issues ?? [])],
    sha256: dataFingerprint([...train, ...valid]),
    files: [...options.data, ...(options.valid === undefined ? [] : [options.valid])].map((path) =>
      basename(path),
    ),
  };
}

function labelAdvice(
  files: readonly { file: string; columns: readonly string[]; labelReason: string }[],
): string {
  return files
    .map(({ file, columns, labelReason }) => `${file}: ${labelReason} among ${columns.join(', ')}.`)
    .join(' ');
}
