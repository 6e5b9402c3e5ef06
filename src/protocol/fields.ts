import * as v from 'valibot';
import { count, maximumNameLength, path } from '../options/values';
import { maximumTextLength } from './limits';

/** The bounded pieces that messages are made of. */
export const text = v.pipe(v.string(), v.maxLength(maximumTextLength));
export const message = v.pipe(v.string(), v.maxLength(1_000_000));
export const label = v.pipe(v.string(), v.maxLength(65_536));
export const labels = v.pipe(v.array(label), v.maxLength(100_000));
/** JSON has no NaN and no infinity: `JSON.stringify` writes null for them, so a measurement may be null. */
export const measured = v.nullable(v.number());
export const metrics = v.record(v.pipe(v.string(), v.maxLength(maximumNameLength)), measured);

/** A row that was not used, and why. */
export const rowIssue = v.object({ file: path, line: count, reason: message });
export const rowIssues = v.pipe(v.array(rowIssue), v.maxLength(100_000));

/** What a classifier got right and wrong. */
export const classificationReport = {
  classes: v.optional(labels),
  /** Rows actual, columns predicted, both in the order of `classes`. */
  confusion: v.optional(v.array(v.array(count))),
  per_class: v.optional(
    v.array(v.object({ label, precision: measured, recall: measured, f1: measured, support: count })),
  ),
};
