import type { RowIssue } from '../data/textRow';
import type { Learner, Metrics } from '../training/learner';
import type { TrainingPhase } from '../training/recipe';
import type { RunEventOf } from '../protocol/events';
import type { JobInputs } from './runInputs';
import type { Replacing } from '../store/replacing';

/** What a run has made, for its result. */
export type SavedResult = Pick<RunEventOf<'result'>, 'classes' | 'confusion' | 'per_class'> & {
  metrics: Metrics;
  /** The rows behind the confusion matrix, told before the result. */
  validatedRows?: Omit<RunEventOf<'validated_rows'>, 'event' | 'time'>;
};

/** Told while the texts are tokenised. */
export type PrepareProgress = (done: number, total: number) => void;

/** A training that is ready to start: its data read, its model built. */
export interface TrainingJob {
  readonly kind: 'encoder' | 'classifier';
  /** Of what it will save. */
  readonly name: string;
  readonly learner: Learner<unknown>;
  readonly phases: readonly TrainingPhase[];
  /** sha256 of the rows: a run goes on only with the data it began with. */
  readonly dataHash: string;
  readonly inputs: JobInputs;
  /** Counts by name, for the start of the run. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of a classifier: training texts of each class, and their weight where it has one. */
  readonly classCounts?: NonNullable<RunEventOf<'started'>['class_counts']>;
  readonly issues: readonly RowIssue[];
  readonly warnings: readonly { message: string; remedy: string }[];
  /** A text as the model would write it now. */
  readonly sample?: () => Promise<{ prompt: string; text: string }>;
  /**
   * Evaluates the model as it is now and saves it under its name.
   * @param replacing what of that name it may take the place of
   */
  readonly save: (run: string, replacing: Replacing) => Promise<SavedResult>;
  readonly dispose: () => void;
}
