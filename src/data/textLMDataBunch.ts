import { Vocab } from '../text/vocab';
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
import { checkEnoughTokens, LanguageModelBatches } from './languageModelBatches';
import type { RowIssue, TextRow } from './textRow';
import { tokenizeRows } from './tokenizeRows';

export interface LanguageModelDataSettings extends DataBunchSettings {
  /** Tokens per row of a batch. Default 70. */
  readonly bptt?: number;
}

/** Texts made ready to train a language model on (fastai's `TextLMDataBunch`). Labels do not count. */
export class TextLMDataBunch {
  private constructor(
    readonly vocab: Vocab,
    readonly train: LanguageModelBatches,
    /** Always in the same order; without validation rows it has no batches. */
    readonly valid: LanguageModelBatches,
    readonly backwards: boolean,
    /** What was wrong with the rows when they were read. */
    readonly issues: readonly RowIssue[],
  ) {}

  /**
   * Tokenises, makes a vocabulary from the training texts alone unless one is given, and numbers the tokens.
   *
   * @throws UlmfitError 'too-few-rows', 'bad-setting'
   */
  static fromRows(
    train: readonly TextRow[],
    valid: readonly TextRow[],
    settings: LanguageModelDataSettings = {},
    issues: readonly RowIssue[] = [],
  ): TextLMDataBunch {
    checkSomeRows(train, 'texts');
    const { bs = defaultBatchSize, bptt = 70, seed = defaultSeed, backwards = false } = settings;
    const tokens = tokenizeRows(train.concat(valid), settings);
    const trainTokens = tokens.slice(0, train.length);
    const vocab = settings.vocab ?? createVocab(trainTokens, settings);
    const ids = tokens.map((list) => vocab.numericalize(list));
    const trainBatches = new LanguageModelBatches(ids.slice(0, train.length), {
      bs,
      bptt,
      backwards,
      shuffle: { seed },
    });
    checkEnoughTokens(trainBatches);
    const validBatches = new LanguageModelBatches(ids.slice(train.length), { bs, bptt, backwards });
    return new TextLMDataBunch(vocab, trainBatches, validBatches, backwards, issues);
  }

  /** The same texts in other batches. @throws UlmfitError 'bad-setting' */
  resized(bs: number, bptt: number): TextLMDataBunch {
    const { vocab, train, valid, backwards, issues } = this;
    return new TextLMDataBunch(vocab, train.resized(bs, bptt), valid.resized(bs, bptt), backwards, issues);
  }

  /** Reads one CSV, TSV or JSONL file. @throws UlmfitError as `readRows` and {@link fromRows} do */
  static async fromCsv(
    file: string,
    settings: LanguageModelDataSettings & Omit<FromCsvSettings, 'labelColumn'> = {},
  ): Promise<TextLMDataBunch> {
    const { train, valid, issues } = await readCsvSplit(file, { ...settings, labelColumn: null });
    return TextLMDataBunch.fromRows(train, valid, settings, issues);
  }

  /** Reads `.txt` files below `<folder>/train` and `<folder>/valid`. @throws UlmfitError as {@link fromCsv} does */
  static async fromFolder(
    folder: string,
    // The names of the two folders share the settings with the batches.
    settings: LanguageModelDataSettings & FromFolderSettings = {},
  ): Promise<TextLMDataBunch> {
    const { train, valid, issues } = await readFolderSplit(folder, settings, null);
    return TextLMDataBunch.fromRows(train, valid, settings, issues);
  }
}

/** The vocabulary of the training texts. */
export function createVocab(
  trainTokens: readonly (readonly string[])[],
  { maxVocab = 60000, minFreq = 2 }: DataBunchSettings,
): Vocab {
  return Vocab.create(trainTokens, { maxVocab, minFreq });
}
