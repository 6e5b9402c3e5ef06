import { alignTokens } from './alignTokens';
import type { TextSpan } from './textSpan';

/** A part of a text with what it had to do with the class of the whole. */
export interface WordWeight {
  readonly span: TextSpan;
  /** The largest is 1. */
  readonly weight: number;
}

/**
 * Where the tokens of an explanation are in the text. A word has the weight of its markers where one of them weighs
 * more: that a word is in capitals may matter more than the word.
 */
export function wordWeights(
  text: string,
  tokens: readonly string[],
  weights: readonly (number | null)[],
): WordWeight[] {
  const words: WordWeight[] = [];
  let ofMarkers = 0;
  alignTokens(text, tokens).forEach((span, i) => {
    const weight = weights[i] ?? 0;
    if (span) {
      words.push({ span, weight: Math.max(weight, ofMarkers) });
      ofMarkers = 0;
    } else if (['xxmaj', 'xxup', 'xxrep', 'xxwrep'].includes(tokens[i] ?? '')) {
      ofMarkers = Math.max(ofMarkers, weight);
    }
  });
  return words;
}

/** The words that weigh most, each once, as they are written; punctuation is left out. */
export function heaviestWords(text: string, words: readonly WordWeight[], count: number): [string, number][] {
  const heaviest = new Map<string, [string, number]>();
  for (const { span, weight } of [...words].sort((a, b) => b.weight - a.weight)) {
    if (heaviest.size === count || !(weight > 0)) break;
    const word = text.slice(span.start, span.end);
    const key = word.toLowerCase();
    if (/[\p{L}\p{N}]/u.test(word) && !heaviest.has(key)) heaviest.set(key, [word, weight]);
  }
  return [...heaviest.values()];
}
