/**
 * A text as the tokenizer reads it, near enough to find its tokens again: lower case, left-over HTML undone. Knows for
 * each of its UTF-16 units from where in the source it comes.
 */
export interface FoldedText {
  readonly text: string;
  /** Of each unit, where its character begins in the source … */
  readonly starts: readonly number[];
  /** … and where it ends. */
  readonly ends: readonly number[];
}

/** What fastai's `fix_html` and HTML's references make of a piece of text; white space stands for "no token". */
const undone: ReadonlyMap<string, string> = new Map([
  ['#39;', "'"],
  ['#146;', "'"],
  ['#36;', '$'],
  ['amp;', '&'],
  ['nbsp;', ' '],
  ['quot;', "'"],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['<br />', ' '],
  ['\\n', ' '],
]);
const pieces = /#39;|#146;|#36;|amp;|nbsp;|quot;|&lt;|&gt;|<br \/>|\\n|[^]/gu;

export function foldText(source: string): FoldedText {
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  for (const match of source.matchAll(pieces)) {
    const [piece] = match;
    const folded = undone.get(piece) ?? foldToken(piece);
    text += folded;
    for (let unit = 0; unit < folded.length; unit++) {
      starts.push(match.index);
      ends.push(match.index + piece.length);
    }
  }
  return { text, starts, ends };
}

/** Lower case without the one rule of lower case that looks at neighbours, the final sigma. */
export function foldToken(token: string): string {
  return token.toLowerCase().replaceAll('ς', 'σ');
}
