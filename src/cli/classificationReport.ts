import type { RunEventOf } from '../protocol/events';
import { table } from './output';

type Report = Pick<RunEventOf<'result'>, 'classes' | 'confusion' | 'per_class'>;

/** Precision, recall and F1 of each class, and the confusion matrix, for people. */
export function reportLines({ classes, confusion, per_class: perClass }: Report): string[] {
  const lines: string[] = [];
  const three = (value: number | null) => (value === null ? '#na#' : value.toFixed(3));
  if (perClass && perClass.length > 0) {
    const rows = perClass.map((each) => [
      each.label,
      three(each.precision),
      three(each.recall),
      three(each.f1),
      String(each.support),
    ]);
    lines.push('', ...table([['', 'precision', 'recall', 'f1', 'support'], ...rows]));
  }
  // Wider than a terminal, a matrix cannot be read; --json has it.
  if (classes && confusion && classes.length <= 12) {
    const rows = confusion.map((row, i) => [classes[i] ?? '', ...row.map(String)]);
    lines.push('', ...table([['actual \\ predicted', ...classes], ...rows]));
  }
  return lines.length > 0 ? [...lines, ''] : [];
}
