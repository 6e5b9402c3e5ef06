/** The text of {@link parseBoundedJson} nests more deeply than what is expected. */
export class JsonTooDeepError extends SyntaxError {}

/**
 * `JSON.parse` for text that is not trusted. 200 MB of `[` take it half a minute and many times their size in memory, so
 * how deeply the text nests is counted first, and ends the reading at the first bracket too many.
 *
 * @param deepest how many arrays and objects may lie in each other; 0 for a text, a number or the like alone
 * @throws SyntaxError, which is a JsonTooDeepError where that is why
 */
export function parseBoundedJson(text: string, deepest: number): unknown {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === openBracket || code === openBrace) {
      if (++depth > deepest) throw new JsonTooDeepError(`more than ${deepest} levels at character ${at}`);
    } else if (code === closeBracket || code === closeBrace) depth--;
  }
  return JSON.parse(text);
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Where a string ends that begins at `start`; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at++;
  }
  return text.length;
}
