/**
 * What Python's `str` methods and regular expressions think of a character, where JavaScript thinks otherwise.
 *
 * The reference runs on Python 3.7, whose tables are those of Unicode 11. A newer JavaScript engine knows letters
 * that are younger; they are taken here as Python takes them, as unassigned, so that a text gives the same tokens
 * in every version of Node and VS Code.
 */
import { unassigned as encodedRanges } from './pythonUnicode.json';

/** First code point and end (exclusive) of each range that Unicode 11 left unassigned, flat and ascending. */
const unassignedBounds: readonly number[] = decodeRanges(encodedRanges);

function decodeRanges(encoded: string): number[] {
  const bounds: number[] = [];
  let end = 0;
  for (const step of encoded.split(' ')) {
    const [gap = '', length = ''] = step.split(',');
    const first = end + Number.parseInt(gap, 36);
    end = first + Number.parseInt(length, 36);
    bounds.push(first, end);
  }
  return bounds;
}

const hex = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;

/** The inside of a character class (flag `u`) with every code point that Unicode 11 left unassigned. */
export const unassignedClass: string = unassignedBounds
  .map((bound, index) => (index % 2 === 0 ? `${hex(bound)}-` : hex(bound - 1)))
  .join('');

/** The inside of a character class with Python's white space, of `\s` and of `str.isspace` alike. */
export const spaceClass =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Matches one character of Python's `\w` (flag `u`). The two named were marks in Unicode 11 and are letters now. */
export const wordCharacter = `(?![\\u1cf2\\u1cf3${unassignedClass}])[\\p{L}\\p{N}_]`;

/** Whether a UTF-16 unit is white space to Python; there is none outside the basic plane. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return (unit >= 9 && unit <= 13) || (unit >= 0x1c && unit <= 0x20);
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

const wordPattern = new RegExp(`^${wordCharacter}$`, 'u');

/** Whether a code point matches Python's `\w`. */
export function isWordCharacter(codePoint: number): boolean {
  if (codePoint < 0x80) {
    return (
      (codePoint >= 0x61 && codePoint <= 0x7a) ||
      (codePoint >= 0x41 && codePoint <= 0x5a) ||
      (codePoint >= 0x30 && codePoint <= 0x39) ||
      codePoint === 0x5f
    );
  }
  return wordPattern.test(String.fromCodePoint(codePoint));
}
