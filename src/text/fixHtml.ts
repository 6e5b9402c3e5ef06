import { unescapeHtml } from './htmlEntities';
import { UNK } from './specialTokens';

/** In this order; the ampersand of a reference stays where it was (fastai leaves it there too). */
const replacements: readonly (readonly [from: string, to: string])[] = [
  ['#39;', "'"],
  ['amp;', '&'],
  ['#146;', "'"],
  ['nbsp;', ' '],
  ['#36;', '$'],
  ['\\n', '\n'],
  ['quot;', "'"],
  ['<br />', '\n'],
  ['\\"', '"'],
  ['<unk>', UNK],
  [' @.@ ', '.'],
  [' @-@ ', '-'],
  [' @,@ ', ','],
  ['\\', ' \\ '],
];

/** Undoes left-over HTML and the marks of WikiText (fastai 1.0.61, `text/transform.py`, `fix_html`). */
export function fixHtml(text: string): string {
  let fixed = text;
  // split and join, because replaceAll would read `$` in the replacement as a pattern.
  for (const [from, to] of replacements) if (fixed.includes(from)) fixed = fixed.split(from).join(to);
  return unescapeHtml(fixed).replace(/ {2,}/g, ' ');
}
