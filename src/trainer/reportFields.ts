import type { RunEventOf } from '../protocol/events';
import type { ClassificationReport } from '../training/metrics';

/** A classification report as messages carry it. */
export function reportFields(
  classes: readonly string[],
  { confusion, perClass }: ClassificationReport,
): Required<Pick<RunEventOf<'result'>, 'classes' | 'confusion' | 'per_class'>> {
  return {
    classes: [...classes],
    confusion,
    per_class: perClass.map((metrics, index) => ({ label: classes[index] ?? '', ...metrics })),
  };
}
