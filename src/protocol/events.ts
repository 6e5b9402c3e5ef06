import * as v from 'valibot';
import { errorCodes } from '../errors';
import { engineReport } from './engineReport';
import { amount, count, name, path, positive } from '../options/values';
import { classificationReport, label, measured, message, metrics, rowIssues, text } from './fields';

/*
 * Events of a run. They are the lines of the run's events.ndjson, the `event` notifications to the host, and what
 * `--json` prints, so their keys are the snake_case of the command line's output.
 */

/** When it happened, ISO 8601 in UTC; whoever writes the event file sets it. */
const time = v.optional(v.pipe(v.string(), v.maxLength(40)));

/** A stretch of training with one set of trainable layers. */
const phase = v.object({
  /** For people, such as "last group" or "all layers". */
  name,
  /** Layer groups that learn. */
  trainable: v.array(label),
  /** Peak learning rate of each group that learns, the lowest layer first. */
  lr: v.array(v.number()),
  epochs: count,
  steps: count,
});

const started = v.object({
  event: v.literal('started'),
  time,
  run: name,
  kind: v.picklist(['encoder', 'classifier']),
  /** The encoder or model that is made. */
  name,
  engine: v.optional(name),
  /** What the check of that engine found, and the engines that were passed over with the reason why. */
  engine_report: v.optional(engineReport),
  engines_refused: v.optional(v.array(engineReport)),
  /** The step after which a resumed run goes on. */
  resumed_from: v.optional(count),
  /** The whole plan; of a resumed run too. */
  phases: v.array(phase),
  epochs: count,
  steps: count,
  /** Counts by name: train_rows, valid_rows, train_tokens, vocab, classes, … */
  data: v.optional(v.record(v.string(), v.number())),
  /** Of a classifier: training texts of each class, and how much each counts where that was asked for. */
  class_counts: v.optional(
    v.pipe(v.array(v.object({ label, count, weight: v.optional(amount) })), v.maxLength(1000)),
  ),
});

const phaseBegins = v.object({
  event: v.literal('phase'),
  time,
  /** 1-based place in the plan. */
  phase: positive,
  ...phase.entries,
});

const progress = v.object({
  event: v.literal('progress'),
  time,
  /** What is being done: reading and tokenizing, training batches, or validating after them. */
  part: v.picklist(['prepare', 'train', 'valid']),
  phase: count,
  /** 1-based, counted over all phases. */
  epoch: count,
  batch: count,
  batches: count,
  /** Steps of the whole run that are done. */
  step: v.optional(count),
  /** Training loss, smoothed as fastai smooths it. */
  loss: v.optional(measured),
  lr: v.optional(v.number()),
  mom: v.optional(v.number()),
  tokens_per_second: v.optional(amount),
  /** Until the end of the run. */
  seconds_left: v.optional(amount),
});

/** One row of fastai's table. Further metrics stand beside `accuracy` by their exact names. */
const epoch = v.pipe(
  v.looseObject({
    event: v.literal('epoch'),
    time,
    phase: v.optional(count),
    epoch: count,
    train_loss: measured,
    valid_loss: measured,
    accuracy: v.optional(measured),
    seconds: v.optional(amount),
  }),
  v.check(
    (row) =>
      Object.entries(row).every(
        ([key, value]) => ['event', 'time'].includes(key) || v.is(measured, value ?? null),
      ),
    'Every metric must be a number or null.',
  ),
);

const sample = v.object({
  event: v.literal('sample'),
  time,
  epoch: v.optional(count),
  prompt: v.optional(text),
  text,
});

const checkpoint = v.object({
  event: v.literal('checkpoint'),
  time,
  step: count,
  folder: path,
  /** Whether it is the best so far. */
  best: v.optional(v.boolean()),
});

const warning = v.object({ event: v.literal('warning'), time, message, remedy: v.optional(message) });

/** Rows of the input that were not used. `issues` may be cut; `count` never is. */
const skippedRows = v.object({ event: v.literal('skipped_rows'), time, count, issues: rowIssues });

/**
 * Rows of the validation set and what they were taken for: some of each cell of the confusion matrix, those that were
 * taken for the wrong class most surely and for the right one least surely first. `count` is of all rows.
 */
const validatedRows = v.object({
  event: v.literal('validated_rows'),
  time,
  count,
  rows: v.pipe(
    v.array(
      v.object({
        file: path,
        line: count,
        /** Places in the `classes` of the result. */
        actual: count,
        predicted: count,
        /** Of the class it was taken for. */
        probability: measured,
        /** The beginning of the text. */
        text: v.pipe(v.string(), v.maxLength(1000)),
      }),
    ),
    v.maxLength(10_000),
  ),
});

const result = v.object({
  event: v.literal('result'),
  time,
  run: name,
  kind: v.picklist(['encoder', 'classifier']),
  name,
  metrics,
  seconds: v.optional(amount),
  /** Ended by *Stop*: the best so far was kept. */
  stopped: v.optional(v.boolean()),
  best_epoch: v.optional(count),
  folder: v.optional(path),
  ...classificationReport,
});

const failed = v.object({
  event: v.literal('error'),
  time,
  code: v.picklist(errorCodes),
  message,
  remedy: message,
  /** The step that failed, where it was a step. */
  step: v.optional(count),
});
const cancelled = v.object({
  event: v.literal('cancelled'),
  time,
  mode: v.picklist(['stop', 'discard']),
  /** Of a run that was stopped before it had anything to keep. */
  message: v.optional(message),
});
const paused = v.object({ event: v.literal('paused'), time, step: count });

export const runEvent = v.variant('event', [
  started,
  phaseBegins,
  progress,
  epoch,
  sample,
  checkpoint,
  warning,
  skippedRows,
  validatedRows,
  result,
  failed,
  cancelled,
  paused,
]);
export type RunEvent = v.InferOutput<typeof runEvent>;
export type RunEventOf<Name extends RunEvent['event']> = Extract<RunEvent, { event: Name }>;

/** Events after which nothing more comes, until the run is resumed. */
export function endsRun(event: RunEvent): boolean {
  return ['result', 'error', 'cancelled', 'paused'].includes(event.event);
}

/** An event from a file or a message, or undefined if it is none that this version knows. */
export function parseRunEvent(value: unknown): RunEvent | undefined {
  const checked = v.safeParse(runEvent, value);
  return checked.success ? checked.output : undefined;
}
