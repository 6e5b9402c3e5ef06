import { UlmfitError } from '../errors';
import { padId } from '../text/specialTokens';
import type { Vocab } from '../text/vocab';
import { sortedClasses } from './classes';
import { ClassifierBatches } from './classifierBatches';
import {
  checkSomeRows,
  defaultBatchSize,
  defaultSeed,
  readCsvSplit,
  readFolderSplit,
  type DataBunchSettings,
  type FromCsvSettings,
  type FromFolderSettings,
} from './dataBunchSettings';
import { createVocab } from './textLMDataBunch';
import type { RowIssue, TextRow } from './textRow';
import { tokenizeRows } from './tokenizeRows';

export interface ClassifierDataSettings extends DataBunchSettings {
  /** The classes in the order of their numbers; without it the sorted labels of the training rows. */
  readonly classes?: readonly string[];
}

/** Labelled texts made ready to train a classifier on (fastai's `TextClasDataBunch`). */
export class TextClasDataBunch {
  private constructor(
    readonly vocab: Vocab,
    /** Class names in the order of the class numbers in the batches. */
    readonly classes: readonly string[],
    /** Sortish order, a new one each epoch. */
    readonly train: ClassifierBatches,
    /** Longest first; without validation rows it has no batches. */
    readonly valid: ClassifierBatches,
    /** The rows that the batches' `indices` number. */
    readonly trainRows: readonly TextRow[],
    readonly validRows: readonly TextRow[],
    readonly backwards: boolean,
    /** What was wrong when the rows were read, and every row that is not used here, with the reason. */
    readonly issues: readonly RowIssue[],
  ) {}

  /**
   * Takes `vocab: dataLm.vocab` where an encoder is to be loaded. Rows without a label are left out, and of the
   * validation rows those whose label no training row has; `issues` lists them.
   *
   * @throws UlmfitError 'too-few-rows', 'one-class-only', 'bad-setting'
   */
  static fromRows(
    train: readonly TextRow[],
    valid: readonly TextRow[],
    settings: ClassifierDataSettings = {},
    readIssues: readonly RowIssue[] = [],
  ): TextClasDataBunch {
    const { bs = defaultBatchSize, seed = defaultSeed, backwards = false } = settings;
    const issues = Array.from(readIssues);
    const labelled = train.filter((row) => row.label !== undefined);
    checkSomeRows(labelled, 'labelled texts');
    const classes = settings.classes ?? sortedClasses(labelled.map(labelOf));
    checkSeveralClasses(classes, labelled);
    const numbers = new Map(classes.map((name, index) => [name, index]));
    const trainRows = usableRows(train, numbers, 'is not one of the classes given', issues);
    checkSomeRows(trainRows, 'labelled texts');
    const validRows = usableRows(valid, numbers, 'is in no training row, so it cannot be learnt', issues);

    const tokens = tokenizeRows(trainRows.concat(validRows), settings);
    const vocab = settings.vocab ?? createVocab(tokens.slice(0, trainRows.length), settings);
    const ids = tokens.map((list) => vocab.numericalize(list));
    const labels = (rows: readonly TextRow[]): Int32Array =>
      Int32Array.from(rows, (row) => numbers.get(labelOf(row)) ?? 0);
    return new TextClasDataBunch(
      vocab,
      classes,
      new ClassifierBatches(ids.slice(0, trainRows.length), labels(trainRows), {
        bs,
        backwards,
        padId,
        shuffle: { seed },
      }),
      new ClassifierBatches(ids.slice(trainRows.length), labels(validRows), { bs, backwards, padId }),
      trainRows,
      validRows,
      backwards,
      issues,
    );
  }

  /** Reads one CSV, TSV or JSONL file. @throws UlmfitError as `readRows` and {@link fromRows} do */
  static async fromCsv(
    file: string,
    settings: ClassifierDataSettings & FromCsvSettings = {},
  ): Promise<TextClasDataBunch> {
    const { train, valid, issues } = await readCsvSplit(file, settings);
    return TextClasDataBunch.fromRows(train, valid, settings, issues);
  }

  /**
   * Reads `.txt` files below `<folder>/train` and `<folder>/valid`, labelled by the folders they are in.
   *
   * @throws UlmfitError as {@link fromCsv} does
   */
  static async fromFolder(
    folder: string,
    settings: ClassifierDataSettings & FromFolderSettings = {},
  ): Promise<TextClasDataBunch> {
    const { train, valid, issues } = await readFolderSplit(folder, settings);
    return TextClasDataBunch.fromRows(train, valid, settings, issues);
  }
}

function labelOf(row: TextRow): string {
  return row.label ?? '';
}

/** Leaves out what cannot be used and says so, once per row. */
function usableRows(
  rows: readonly TextRow[],
  numbers: ReadonlyMap<string, number>,
  unknownReason: string,
  issues: RowIssue[],
): TextRow[] {
  const listed = new Set(issues.map(({ file, line }) => `${file}\n${line}`));
  return rows.filter((row) => {
    if (row.label !== undefined && numbers.has(row.label)) return true;
    const reason =
      row.label === undefined
        ? 'has no label, so the classifier does not use it'
        : `its label “${row.label}” ${unknownReason}`;
    if (!listed.has(`${row.file}\n${row.line}`)) issues.push({ file: row.file, line: row.line, reason });
    return false;
  });
}

function checkSeveralClasses(classes: readonly string[], rows: readonly TextRow[]): void {
  if (classes.length > 1) return;
  const [only] = classes;
  const found =
    only === undefined ? 'There is no class' : `All ${rows.length} training rows have the label “${only}”`;
  throw new UlmfitError(
    'one-class-only',
    `${found}: there is nothing to tell apart.`,
    'Give training rows of at least two classes, or choose another label column.',
  );
}
