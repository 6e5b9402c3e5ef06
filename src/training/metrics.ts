/** One class's share of a classifier's evaluation. */
export interface ClassMetrics {
  /** Of the texts given this class, how many have it. 0 where none was given it. */
  precision: number;
  /** Of the texts that have this class, how many were given it. 0 where none has it. */
  recall: number;
  f1: number;
  /** How many texts have this class. */
  support: number;
}

export interface ClassificationReport {
  accuracy: number;
  /** The plain mean of the classes' F1. */
  macroF1: number;
  perClass: ClassMetrics[];
  /** Rows are the true classes, columns the predicted ones. */
  confusion: number[][];
}

/** @param confusion rows are the true classes, columns the predicted ones */
export function classificationReport(confusion: number[][]): ClassificationReport {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const perClass = confusion.map((row, index): ClassMetrics => {
    const hits = row[index] ?? 0;
    const support = sum(row);
    const predicted = sum(confusion.map((other) => other[index] ?? 0));
    const precision = predicted === 0 ? 0 : hits / predicted;
    const recall = support === 0 ? 0 : hits / support;
    const f1 = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { precision, recall, f1, support };
  });
  const total = sum(perClass.map(({ support }) => support));
  const right = sum(confusion.map((row, index) => row[index] ?? 0));
  return {
    accuracy: total === 0 ? 0 : right / total,
    macroF1: perClass.length === 0 ? 0 : sum(perClass.map(({ f1 }) => f1)) / perClass.length,
    perClass,
    confusion,
  };
}

export function emptyConfusion(classes: number): number[][] {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}
