import { joinFields, type JoinSettings } from './joinFields';
import { applyPostRules } from './postRules';
import { applyPreRules } from './preRules';
import { splitEnglish } from './splitEnglish';

/**
 * The tokens of a text as given: pre-rules, spaCy's English splitting, post-rules
 * (fastai 1.0.61, `Tokenizer.process_text`). Adds no `xxbos`; `joinFields` does.
 */
export function tokenize(text: string): string[] {
  return applyPostRules(splitEnglish(applyPreRules(text)));
}

/** The tokens of a row: its columns joined into one text, with `xxbos` in front unless told otherwise. */
export function tokenizeFields(values: readonly string[], settings: JoinSettings = {}): string[] {
  return tokenize(joinFields(values, settings));
}
