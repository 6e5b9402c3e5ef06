import { isSpace } from './pythonUnicode';
import {
  affixWindow,
  exceptions,
  infixPattern,
  longestException,
  prefixPattern,
  suffixPattern,
} from './spacyEnglish';
import { isUrl } from './urlMatch';

/** Spans seen before and their tokens. Natural text repeats its words, so most spans are found here. */
const seen = new Map<string, readonly string[]>();
const mostSeen = 200_000;
/** Longer spans are rarely seen twice, and keeping them would keep their texts in memory. */
const longestSeen = 40;

/**
 * Splits a text into tokens as spaCy 2.2.4's rule-based English tokenizer does: spans of white space and of other
 * characters take turns; one space after a span is swallowed, white space left over is a token of its own; from every
 * other span prefixes and suffixes are split off, exceptions and addresses stay as they are, and the rest is split
 * at infixes. Takes linear time whatever the text.
 */
export function splitEnglish(text: string): string[] {
  const tokens: string[] = [];
  if (text === '') return tokens;
  let start = 0;
  let inSpace = isSpace(text.charCodeAt(0));
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isSpace(unit) === inSpace) continue;
    if (start < at) appendSpan(text.slice(start, at), tokens);
    start = unit === 0x20 ? at + 1 : at;
    inSpace = !inSpace;
  }
  if (start < text.length) appendSpan(text.slice(start), tokens);
  return tokens;
}

function appendSpan(span: string, tokens: string[]): void {
  let split = exceptions.get(span) ?? seen.get(span);
  if (split === undefined) {
    const own = detached(span);
    split = splitSpan(own);
    if (own.length <= longestSeen) {
      if (seen.size >= mostSeen) seen.clear();
      seen.set(own, split);
    }
  }
  for (const token of split) tokens.push(token);
}

/**
 * A copy with memory of its own. A slice is a view into its text, so one token kept (in a vocabulary, say) would keep
 * the whole text in memory.
 */
function detached(span: string): string {
  const encoding = /^[\0-\xff]*$/.test(span) ? 'latin1' : 'utf16le';
  return Buffer.from(span, encoding).toString(encoding);
}

/** The tokens of a span that is all white space or has none. */
function splitSpan(span: string): string[] {
  const tokens: string[] = [];
  const suffixes: string[] = [];
  let start = 0;
  let end = span.length;
  let whole = exceptionAt(span, start, end);
  while (whole === undefined && start < end) {
    const prefix = prefixLength(span, start, end);
    whole = prefix > 0 ? exceptionAt(span, start + prefix, end) : undefined;
    if (whole !== undefined) {
      tokens.push(span.slice(start, start + prefix));
      break;
    }
    const suffix = suffixLength(span, start, end);
    whole = suffix > 0 ? exceptionAt(span, start, end - suffix) : undefined;
    if (whole !== undefined) {
      suffixes.push(span.slice(end - suffix, end));
      break;
    }
    if (prefix === 0 && suffix === 0) break;
    if (prefix > 0) tokens.push(span.slice(start, start + prefix));
    // Where the two overlap, only the prefix is split off.
    const both = prefix + suffix <= end - start;
    if (suffix > 0 && both) {
      suffixes.push(span.slice(end - suffix, end));
      end -= suffix;
    }
    start += prefix;
    whole = exceptionAt(span, start, end);
  }
  if (whole !== undefined) tokens.push(...whole);
  else if (start < end) splitMiddle(span.slice(start, end), tokens);
  for (let i = suffixes.length - 1; i >= 0; i--) tokens.push(suffixes[i] ?? '');
  return tokens;
}

function exceptionAt(span: string, start: number, end: number): readonly string[] | undefined {
  return end - start > longestException || start >= end ? undefined : exceptions.get(span.slice(start, end));
}

const dot = 0x2e;

function prefixLength(span: string, start: number, end: number): number {
  if (span.charCodeAt(start) === dot) {
    let at = start + 1;
    while (at < end && span.charCodeAt(at) === dot) at++;
    // A single dot is no prefix.
    return at - start > 1 ? at - start : 0;
  }
  return prefixPattern.exec(span.slice(start, Math.min(end, start + affixWindow)))?.[0].length ?? 0;
}

function suffixLength(span: string, start: number, end: number): number {
  let dots = 0;
  while (end - dots > start && span.charCodeAt(end - 1 - dots) === dot) dots++;
  if (dots > 1) return dots;
  return suffixPattern.exec(span.slice(Math.max(start, end - affixWindow), end))?.[0].length ?? 0;
}

/** What is left when no affix is: an address, or parts with infixes between them. */
function splitMiddle(middle: string, tokens: string[]): void {
  if (isUrl(middle)) {
    tokens.push(middle);
    return;
  }
  let start = 0;
  let at = 0;
  while (at < middle.length) {
    const length = infixLength(middle, at);
    if (length === 0) {
      at++;
      continue;
    }
    // Never at the very start, where spaCy would not split: what can stand there is a prefix too, and is gone.
    if (at > start) tokens.push(middle.slice(start, at));
    tokens.push(middle.slice(at, at + length));
    start = at + length;
    at += length;
  }
  if (start < middle.length) tokens.push(middle.slice(start));
}

function infixLength(middle: string, at: number): number {
  const unit = middle.charCodeAt(at);
  if (unit < 0x80 ? !startsInfix(unit) : unit >= 0xdc00 && unit <= 0xdfff) return 0;
  if (unit === dot && middle.charCodeAt(at + 1) === dot) {
    let end = at + 2;
    while (middle.charCodeAt(end) === dot) end++;
    return end - at;
  }
  infixPattern.lastIndex = at;
  return infixPattern.exec(middle)?.[0].length ?? 0;
}

/** Whether some infix starts with this ASCII character: most do not, and need no regular expression. */
function startsInfix(unit: number): boolean {
  return asciiInfixStarts.includes(String.fromCharCode(unit));
}

const asciiInfixStarts = '.,-~+*^:<>=/';
