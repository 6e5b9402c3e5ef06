/** More lines than this in one piece are no paragraph but a list of texts, such as a log. */
export const longestParagraph = 40;

/** The lines of a document, as `vscode.TextDocument` has them. */
export interface Lines {
  readonly lineCount: number;
  line(index: number): string;
}

/**
 * What is meant when nothing is selected: the lines around the given one up to an empty line, or the line alone where
 * these are too many. Undefined on an empty line.
 */
export function paragraphAt(lines: Lines, line: number): { first: number; last: number } | undefined {
  const isBlank = (index: number) => lines.line(index).trim() === '';
  if (line >= lines.lineCount || isBlank(line)) return undefined;
  let first = line;
  let last = line;
  while (first > 0 && last - first < longestParagraph && !isBlank(first - 1)) first--;
  while (last + 1 < lines.lineCount && last - first < longestParagraph && !isBlank(last + 1)) last++;
  return last - first < longestParagraph ? { first, last } : { first: line, last: line };
}
