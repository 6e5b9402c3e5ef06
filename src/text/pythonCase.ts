/** Python's `str.isupper`, `str.islower`, `str.lower`, `str.upper`: whole strings, by code point, Unicode 11. */
import { unassignedClass } from './pythonUnicode';

const ascii = /^[\0-\x7f]*$/;
const upperCharacter = new RegExp(`(?![${unassignedClass}])\\p{Uppercase}`, 'u');
// The two named changed sides after Unicode 11.
const lowerCharacter = new RegExp(`\\u0295|(?![\\u10fc${unassignedClass}])\\p{Lowercase}`, 'u');
const titleCharacter = new RegExp(`(?![${unassignedClass}])\\p{Lt}`, 'u');
// The four named are passed over in the search for a final sigma since Unicode 12; before, they ended it.
const contextEnd = new RegExp(`([\\u055f\\u1734\\ua9bd\\u{1171e}${unassignedClass}]+)`, 'u');
// These five got an upper case after Unicode 11.
const withoutUpperRun = new RegExp(`([\\u019b\\u0264\\u0282\\u1d8e\\ua794${unassignedClass}]+)`, 'u');

/** True when there is an upper-case letter and no lower-case or title-case one (`ǅ`); digits and marks do not count. */
export function isUpper(text: string): boolean {
  if (ascii.test(text)) return /[A-Z]/.test(text) && !/[a-z]/.test(text);
  return upperCharacter.test(text) && !lowerCharacter.test(text) && !titleCharacter.test(text);
}

/** True when there is a lower-case letter and no upper-case or title-case one. */
export function isLower(text: string): boolean {
  if (ascii.test(text)) return /[a-z]/.test(text) && !/[A-Z]/.test(text);
  return lowerCharacter.test(text) && !upperCharacter.test(text) && !titleCharacter.test(text);
}

export function toLower(text: string): string {
  return mapKnown(text, contextEnd, (part) => part.toLowerCase());
}

export function toUpper(text: string): string {
  return mapKnown(text, withoutUpperRun, (part) => part.toUpperCase());
}

/**
 * A character without properties ends the context in which a final sigma is looked for, so the parts between such
 * characters can be mapped one by one.
 */
function mapKnown(text: string, keep: RegExp, map: (part: string) => string): string {
  if (ascii.test(text)) return map(text);
  return text
    .split(keep)
    .map((part, index) => (index % 2 === 0 ? map(part) : part))
    .join('');
}
