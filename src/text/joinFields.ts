import { BOS, EOS, FLD } from './specialTokens';

export interface JoinSettings {
  /** Write `xxfld k` before the k-th value, counted from 1, also when there is only one. */
  readonly markFields?: boolean;
  readonly includeBos?: boolean;
  readonly includeEos?: boolean;
}

/** The columns of a row as one text (fastai 1.0.61, `text/data.py`, `_join_texts`). */
export function joinFields(values: readonly string[], settings: JoinSettings = {}): string {
  const { markFields = false, includeBos = true, includeEos = false } = settings;
  const fields = markFields ? values.map((value, index) => `${FLD} ${index + 1} ${value}`) : values;
  return `${includeBos ? `${BOS} ` : ''}${fields.join(' ')}${includeEos ? ` ${EOS}` : ''}`;
}
