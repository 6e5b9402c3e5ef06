/** What a tooltip, a status bar item or a details document says of something, before it is laid out. */
export interface Facts {
  readonly title: string;
  readonly lines: readonly Fact[];
  /** Sentences after the lines. */
  readonly notes?: readonly string[];
}

/** Both may come from the disk: they are data wherever they are shown. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** Facts as text for a document, values in one column. */
export function factsAsText({ title, lines, notes = [] }: Facts): string {
  const width = Math.max(0, ...lines.map(({ label }) => label.length));
  const rows = lines.map(({ label, value }) => `${label.padEnd(width)}  ${value}`.trimEnd());
  return [title, '', ...rows, ...notes.flatMap((note) => ['', note]), ''].join('\n');
}
