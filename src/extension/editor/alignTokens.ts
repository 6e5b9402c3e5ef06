import { foldText, foldToken, type FoldedText } from './foldedText';
import type { TextSpan } from './textSpan';

/** fastai's markers (`text/transform.py`): they say something about the text and stand nowhere in it. */
const markers: ReadonlySet<string> = new Set(['xxunk', 'xxpad', 'xxbos', 'xxeos', 'xxmaj', 'xxup', 'xxfake']);
const space = /\s/u;
/** How far a token is looked for at first when it does not follow at once; grows while nothing is found. */
const nearby = 64;
const farthest = 4096;
/** As near as this, a token is believed without a second one that agrees. */
const close = 8;
const probeLength = 12;

/**
 * Finds the tokens of a text in it. A token that stands for several words or characters (`xxrep 5 !`) has the range of
 * all of them; markers, white space and what cannot be found have none. If the first token is not `xxbos`, the tokens
 * are those of the text's end.
 */
export function alignTokens(source: string, tokens: readonly string[]): (TextSpan | undefined)[] {
  const folded = foldText(source);
  const wanted = tokens.map(foldToken);
  const spans = new Array<TextSpan | undefined>(tokens.length).fill(undefined);
  let cursor = wanted[0] === 'xxbos' ? 0 : startOfEnding(folded.text, wanted);
  let window = nearby;
  for (let i = 0; i < wanted.length; i++) {
    const token = wanted[i] ?? '';
    if (token === 'xxfld') i++;
    if (token === 'xxfld' || !isWord(token)) continue;
    if (token === 'xxrep' || token === 'xxwrep') {
      const subject = wanted[i + 2];
      const copies = Number(wanted[i + 1]);
      const start = subject === undefined ? undefined : find(folded.text, subject, undefined, cursor, window);
      if (subject === undefined || start === undefined || !Number.isFinite(copies)) continue;
      const end = endOfCopies(folded.text, subject, start, copies);
      spans[i + 2] = spanOf(folded, start, end);
      cursor = end;
      i += 2;
      continue;
    }
    const start = find(folded.text, token, nextWord(wanted, i), cursor, window);
    if (start === undefined) {
      window = Math.min(2 * window, farthest);
      continue;
    }
    window = nearby;
    cursor = start + token.length;
    spans[i] = spanOf(folded, start, cursor);
  }
  return spans;
}

function isWord(token: string): boolean {
  return token.trim() !== '' && !markers.has(token);
}

function nextWord(tokens: readonly string[], index: number): string | undefined {
  for (let i = index + 1; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    if (token.startsWith('xxrep') || token.startsWith('xxwrep') || token === 'xxfld') return undefined;
    if (isWord(token)) return token;
  }
  return undefined;
}

function spanOf({ starts, ends }: FoldedText, start: number, end: number): TextSpan {
  return { start: starts[start] ?? 0, end: ends[end - 1] ?? 0 };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && space.test(text.charAt(at))) at++;
  return at;
}

/** At the cursor, else the nearest place where the token after it follows, else one that is very close. */
function find(
  text: string,
  token: string,
  next: string | undefined,
  cursor: number,
  window: number,
): number | undefined {
  const here = skipSpace(text, cursor);
  if (text.startsWith(token, here)) return here;
  // Bounded before it is searched: a text of many megabytes is not read again for each token.
  const part = text.slice(here, here + window + token.length);
  for (let at = part.indexOf(token); at >= 0; at = part.indexOf(token, at + 1)) {
    const after = skipSpace(text, here + at + token.length);
    if (next === undefined ? at <= close : text.startsWith(next, after)) return here + at;
  }
  const nearest = part.indexOf(token);
  return nearest >= 0 && nearest <= close ? here + nearest : undefined;
}

function endOfCopies(text: string, subject: string, start: number, copies: number): number {
  let end = start + subject.length;
  for (let copy = 1; copy < copies; copy++) {
    const next = skipSpace(text, end);
    if (!text.startsWith(subject, next)) break;
    end = next + subject.length;
  }
  return end;
}

/** Where tokens begin that are the last ones of a text: where the first of them stand, as far from the end as all of them are long. */
function startOfEnding(text: string, tokens: readonly string[]): number {
  const words = tokens.filter((token) => isWord(token) && !/^xx(rep|wrep|fld)$/u.test(token));
  const [first] = words;
  if (first === undefined) return text.length;
  const length = words.reduce((sum, word) => sum + word.length, 0);
  const probe = words.slice(0, probeLength);
  const remaining = nonSpaceFrom(text);
  let best: { at: number; difference: number } | undefined;
  for (let at = text.lastIndexOf(first); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(first, at - 1)) {
    const difference = Math.abs((remaining[at] ?? 0) - length);
    if (best && (remaining[at] ?? 0) - length > best.difference) break;
    if ((!best || difference < best.difference) && follow(text, probe, at)) best = { at, difference };
  }
  return best?.at ?? Math.max(0, text.length - length);
}

/** Of each place in a text, how many units from there on are not white space. */
function nonSpaceFrom(text: string): Uint32Array {
  const counts = new Uint32Array(text.length + 1);
  for (let i = text.length - 1; i >= 0; i--) {
    counts[i] = (counts[i + 1] ?? 0) + (space.test(text.charAt(i)) ? 0 : 1);
  }
  return counts;
}

function follow(text: string, words: readonly string[], from: number): boolean {
  let at = from;
  for (const word of words) {
    at = skipSpace(text, at);
    if (!text.startsWith(word, at)) return false;
    at += word.length;
  }
  return true;
}
