import { isSpace } from './pythonUnicode';
import { TK_REP } from './specialTokens';

const fewest = 4;

/**
 * Four or more times the same character (not white space) becomes ` xxrep N c ` (fastai 1.0.61, `replace_rep`).
 * A scan and not the regular expression, whose stack grows with the length of a run.
 */
export function replaceRep(text: string): string {
  let out = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    // A quick look: most characters differ from the one that follows.
    const codePoint = unit >= 0xd800 && unit < 0xdc00 ? (text.codePointAt(at) ?? unit) : unit;
    const width = codePoint > 0xffff ? 2 : 1;
    let end = at + width;
    if (width === 1) while (text.charCodeAt(end) === unit) end++;
    else while (text.codePointAt(end) === codePoint) end += 2;
    const count = (end - at) / width;
    if (count >= fewest && !isSpace(unit)) {
      out += `${text.slice(copied, at)} ${TK_REP} ${count} ${text.slice(at, at + width)} `;
      copied = end;
    }
    at = end;
  }
  return copied === 0 ? text : out + text.slice(copied);
}
