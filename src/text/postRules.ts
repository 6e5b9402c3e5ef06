import { isLower, isUpper, toLower } from './pythonCase';
import { TK_MAJ, TK_UP } from './specialTokens';

/** `NASA` becomes `xxup nasa`; one letter alone stays (fastai 1.0.61, `replace_all_caps`). */
export function replaceAllCaps(tokens: readonly string[]): string[] {
  const out: string[] = [];
  for (const token of tokens) {
    if (isUpper(token) && firstLength(token) < token.length) out.push(TK_UP, toLower(token));
    else out.push(token);
  }
  return out;
}

/** `Hello` becomes `xxmaj hello`, and every token lower case (fastai 1.0.61, `deal_caps`). */
export function dealCaps(tokens: readonly string[]): string[] {
  const out: string[] = [];
  for (const token of tokens) {
    if (token === '') continue;
    const first = firstLength(token);
    if (isUpper(token.slice(0, first)) && isLower(token.slice(first))) out.push(TK_MAJ);
    out.push(toLower(token));
  }
  return out;
}

/** UTF-16 units of the first character. */
function firstLength(token: string): number {
  return (token.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
}

/** fastai's `defaults.text_post_rules`, in their order: what happens to the tokens of a text. */
export function applyPostRules(tokens: readonly string[]): string[] {
  return dealCaps(replaceAllCaps(tokens));
}
