import { toLower, toUpper } from './pythonCase';
import { TK_MAJ, TK_REP, TK_UP, TK_WREP } from './specialTokens';

/** What Python's `int()` reads. */
const wholeNumber = /^[+-]?\d+(?:_\d+)*$/;
/** A model may write any number; no repetition in a text was ever meant to fill the memory. */
const mostCopies = 10_000;

/**
 * Turns generated tokens back into words: `xxmaj hello` into `Hello`, `xxrep 3 !` into `!!!`
 * (fastai 1.0.61, `decode_spec_tokens`; unlike there, a repetition ends after the word that follows its count).
 * A count that is no number is dropped together with its marker.
 */
export function decodeSpecialTokens(tokens: readonly string[]): string[] {
  const out: string[] = [];
  let rule: string | undefined;
  let count: number | undefined;
  for (const token of tokens) {
    if (token === TK_MAJ || token === TK_UP || token === TK_REP || token === TK_WREP) {
      rule = token;
      count = undefined;
    } else if (rule === undefined) {
      out.push(token);
    } else if (rule === TK_MAJ) {
      out.push(capitalize(token));
      rule = undefined;
    } else if (rule === TK_UP) {
      out.push(toUpper(token));
      rule = undefined;
    } else if (count === undefined) {
      if (wholeNumber.test(token))
        count = Math.min(Math.max(Number(token.replaceAll('_', '')), 0), mostCopies);
      else rule = undefined;
    } else {
      if (rule === TK_REP) out.push(token.repeat(count));
      else for (let copy = 0; copy < count; copy++) out.push(token);
      rule = undefined;
      count = undefined;
    }
  }
  return out;
}

function capitalize(token: string): string {
  const first = String.fromCodePoint(token.codePointAt(0) ?? 0);
  return token === '' ? '' : toUpper(first) + toLower(token.slice(first.length));
}
