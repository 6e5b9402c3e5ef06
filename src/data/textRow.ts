/** One text of the user's data and where it stands. */
export interface TextRow {
  /** The text; with several text columns, their values joined by one space. */
  readonly text: string;
  /** Absent where the data has no labels, or this row's is empty. */
  readonly label?: string;
  /** The values of the text columns in the order asked for, when there are several. */
  readonly fields?: readonly string[];
  readonly file: string;
  /** 1-based line on which the row begins; 1 for a text that is a whole file. */
  readonly line: number;
}

/** A row (or a file) that was not used as asked, and why: what is not in the rows is in here. */
export interface RowIssue {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** The values that are tokenised: the columns, or the one text. */
export function rowFields(row: TextRow): readonly string[] {
  return row.fields ?? [row.text];
}
