/** Points of one line, by rising x. */
export interface Line {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** One x axis for all lines, and each line's values on it: null where it has none. */
export interface Aligned {
  readonly x: number[];
  readonly ys: (number | null)[][];
}

/** Lays lines with points at different places over one axis. Of two points of a line at the same place the last counts. */
export function alignSeries(lines: readonly Line[]): Aligned {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const places = new Map(x.map((value, index) => [value, index]));
  const ys = lines.map((line) => {
    const values = new Array<number | null>(x.length).fill(null);
    line.x.forEach((value, i) => {
      const place = places.get(value);
      if (place !== undefined) values[place] = line.y[i] ?? null;
    });
    return values;
  });
  return { x, ys };
}
