import type { Classifier } from '../classifier/classifier';
import { evaluate } from '../classifier/evaluate';
import { readRows } from '../data/readRows';
import type { RowIssue } from '../data/textRow';
import { rowFields } from '../data/textRow';
import { UlmfitError } from '../errors';
import type { ClassifierEvaluation } from '../training/classifierEvaluation';
import type { Task } from './tasks';

export interface ModelEvaluation {
  rows: number;
  issues: RowIssue[];
  evaluation: ClassifierEvaluation;
}

/** Evaluates a model on labelled files. Rows without a label, or with one the model does not know, are listed. */
export async function evaluateModel(
  classifier: Classifier,
  paths: readonly string[],
  textColumns: readonly string[] | undefined,
  labelColumn: string | undefined,
  task?: Task,
): Promise<ModelEvaluation> {
  const { classes } = classifier;
  const { rows, issues } = await readRows(paths, { textColumns, labelColumn });
  const ids = new Map(classes.map((name, index) => [name, index]));
  const usable = rows.filter((row) => {
    if (row.label === undefined) return false;
    if (ids.has(row.label)) return true;
    issues.push({ file: row.file, line: row.line, reason: `the model has no class “${row.label}”` });
    return false;
  });
  if (usable.length === 0) {
    throw new UlmfitError(
      'too-few-rows',
      `None of the ${rows.length} rows has a label that the model knows (${classes.join(', ')}).`,
      'Name the column of the labels with --label.',
    );
  }
  const labels = Int32Array.from(usable, ({ label }) => ids.get(label ?? '') ?? 0);
  const evaluation = await evaluate(classifier, usable.map(rowFields), labels, {
    onProgress: (done) => task?.report(done, usable.length),
    ...(task ? { shouldStop: task.shouldStop } : {}),
  });
  task?.check();
  return { rows: usable.length, issues, evaluation };
}
