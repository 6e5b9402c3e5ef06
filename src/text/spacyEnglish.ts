/**
 * The data of spaCy 2.2.4's English tokenizer (MIT licence), exported by `test/golden/exportSpacyEnglish.py`:
 * which strings are split off at the ends and inside of a span of characters, and 1,255 exceptions.
 */
import data from './spacyEnglish.json';
import { specialTokens } from './specialTokens';

/**
 * No affix or infix looks at more characters than this, the ones around it included; the export asserts it. A run of
 * dots is the one exception, and is counted instead of matched.
 */
export const affixWindow = 16;

/** Matches an affix at the start of a string. */
export const prefixPattern = new RegExp(`^(?:${data.prefix})`, 'u');
/** Matches the longest affix at the end of a string. */
export const suffixPattern = new RegExp(`(?:${data.suffix})$`, 'u');
/** Matches a separator at `lastIndex`. */
export const infixPattern = new RegExp(data.infix, 'uy');
/** Matches what may be a top-level domain: letters that are not upper case. */
export const topLevelDomainPattern = new RegExp(`^[${data.alphaLower}]{2,63}$`, 'u');

/** A span → the tokens it always has, whatever the rules say. */
export const exceptions: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ...data.whole.map((token) => [token]),
    ...data.split.map((tokens) => tokens.split(' ')),
    ...specialTokens.map((token) => [token]),
  ].map((tokens) => [tokens.join(''), tokens]),
);

export const longestException = Math.max(...[...exceptions.keys()].map((key) => key.length));
