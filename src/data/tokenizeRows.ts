import { tokenizeFields } from '../text/tokenize';
import { rowFields, type TextRow } from './textRow';

export interface TokenizeSettings {
  /** Writes `xxfld k` before the k-th text column. */
  readonly markFields?: boolean;
  /** Called after every text with how many of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The tokens of each row, `xxbos` first. */
export function tokenizeRows(rows: readonly TextRow[], settings: TokenizeSettings = {}): string[][] {
  const { markFields = false, onProgress } = settings;
  return rows.map((row, index) => {
    const tokens = tokenizeFields(rowFields(row), { markFields });
    onProgress?.(index + 1, rows.length);
    return tokens;
  });
}
