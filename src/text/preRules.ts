import { fixHtml } from './fixHtml';
import { replaceRep } from './replaceRep';
import { replaceWrep } from './replaceWrep';
import { rmUselessSpaces, specAddSpaces } from './spaceRules';

export { fixHtml, replaceRep, replaceWrep, rmUselessSpaces, specAddSpaces };

/** fastai's `defaults.text_pre_rules`, in their order: what happens to a text before it is split. */
export const preRules: readonly ((text: string) => string)[] = [
  fixHtml,
  replaceRep,
  replaceWrep,
  specAddSpaces,
  rmUselessSpaces,
];

export function applyPreRules(text: string): string {
  return preRules.reduce((changed, rule) => rule(changed), text);
}
