/** Lines that an editor shows, both inclusive, counted from 0. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The lines to decorate: those shown and some on both sides, so that a short scroll finds them done. Ascending, each
 * once, and never more than `most`, however small the letters are.
 */
export function linesAround(
  shown: readonly LineRange[],
  lineCount: number,
  margin: number,
  most: number,
): number[] {
  const lines = new Set<number>();
  const add = (first: number, last: number) => {
    for (let line = Math.max(0, first); line <= Math.min(last, lineCount - 1) && lines.size < most; line++) {
      lines.add(line);
    }
  };
  for (const { first, last } of shown) add(first, last);
  for (const { first, last } of shown) {
    add(last + 1, last + margin);
    add(first - margin, first - 1);
  }
  return [...lines].sort((a, b) => a - b);
}
