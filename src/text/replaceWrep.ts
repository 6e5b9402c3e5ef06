import { spaceClass, wordCharacter } from './pythonUnicode';
import { TK_WREP } from './specialTokens';

const fewestCopies = 3;
const wordThenRest = new RegExp(`(?:${wordCharacter})+`, 'gu');
const pieces = new RegExp(`[^${spaceClass}]+`, 'g');

/**
 * A word with what follows it up to the next word, then three or more exact copies of both, becomes
 * ` xxwrep N word… ` (fastai 1.0.61, `replace_wrep`). N counts the pieces between white space in the copies, plus one:
 * that is not the number of words where the separator holds none or several.
 *
 * The original expression, `(\b\w+\W+)(\1{3,})`, can match its first group in one way only (a whole word and the
 * whole separator), which is why a scan with plain comparisons finds the same matches in linear time.
 */
export function replaceWrep(text: string): string {
  let out = '';
  let copied = 0;
  let word = nextWord(text, 0);
  while (word !== undefined) {
    const following = nextWord(text, word.end);
    const unitEnd = following?.start ?? text.length;
    const unit = text.slice(word.start, unitEnd);
    let end = unitEnd;
    // The last copy may be followed by more separator than the first had, so this compares, and does not count words.
    if (unitEnd > word.end) while (text.startsWith(unit, end)) end += unit.length;
    if ((end - unitEnd) / unit.length >= fewestCopies) {
      const count = (text.slice(unitEnd, end).match(pieces)?.length ?? 0) + 1;
      out += `${text.slice(copied, word.start)} ${TK_WREP} ${count} ${unit} `;
      copied = end;
      word = nextWord(text, end);
    } else {
      word = following;
    }
  }
  return copied === 0 ? text : out + text.slice(copied);
}

function nextWord(text: string, from: number): { start: number; end: number } | undefined {
  wordThenRest.lastIndex = from;
  const found = wordThenRest.exec(text);
  return found === null ? undefined : { start: found.index, end: found.index + found[0].length };
}
