/** A part of a text in UTF-16 units, as `String.slice` takes it. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A change of a text: `length` units from `start` on were replaced by `inserted` units. */
export interface TextChange {
  readonly start: number;
  readonly length: number;
  readonly inserted: number;
}

/** Where a span is after a change; undefined when the change touched what is inside it. */
export function followChange(span: TextSpan, change: TextChange): TextSpan | undefined {
  const end = change.start + change.length;
  if (change.start >= span.end) return span;
  if (end > span.start || (change.length === 0 && change.start > span.start)) return undefined;
  const moved = change.inserted - change.length;
  return { start: span.start + moved, end: span.end + moved };
}

export function overlaps(a: TextSpan, b: TextSpan): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The span without white space at its ends; undefined when nothing is left. */
export function trimmed(text: string, { start, end }: TextSpan): TextSpan | undefined {
  const inside = text.slice(start, end);
  const content = inside.trim();
  if (content === '') return undefined;
  const first = start + inside.length - inside.trimStart().length;
  return { start: first, end: first + content.length };
}
