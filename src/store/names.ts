import * as v from 'valibot';
import { UlmfitError } from '../errors';

const maximumCharacters = 64;
/** File systems allow 255 bytes for a name, and a save in progress adds some. */
const maximumBytes = 200;

const reservedOnWindows = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/iu;
/** Controls, format characters (among them those that turn the writing direction), unpaired surrogates, line ends. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const separatorsAndWildcards = /[/\\:*?"<>|]/u;

/**
 * Checks the name of an encoder, a model or a run, and returns it in composed form (NFC), so that a name typed on
 * one platform is found on another. A good name is a good folder name on every platform and looks like what it is.
 *
 * @throws UlmfitError `bad-setting`
 */
export function checkedName(name: string): string {
  const composed = name.normalize('NFC');
  const problem = problemWith(composed);
  if (problem === undefined) return composed;
  throw new UlmfitError(
    'bad-setting',
    `${JSON.stringify(name.slice(0, 100))} cannot be a name: ${problem}.`,
    'Use letters, digits, spaces, "-", "_" and ".", for example "tickets-2024".',
  );
}

/** Whether {@link checkedName} takes it. */
export function isName(name: string): boolean {
  return problemWith(name.normalize('NFC')) === undefined;
}

/** A name in a file of the store. Whoever can write there is not bound by what can be typed. */
export const storedName = v.pipe(
  v.string(),
  v.check(isName, ({ input }) => noName(input)),
);

/** What is wrong with a folder whose name nothing can have. */
export function noName(name: string): string {
  return `${JSON.stringify(name.slice(0, 100))} cannot be a name`;
}

function problemWith(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (Array.from(name).length > maximumCharacters) return `it has more than ${maximumCharacters} characters`;
  if (Buffer.byteLength(name) > maximumBytes) return `it has more than ${maximumBytes} bytes`;
  if (invisible.test(name)) return 'it has a character that cannot be seen';
  if (separatorsAndWildcards.test(name)) return 'it has one of / \\ : * ? " < > |';
  if (name.startsWith('.')) return 'it begins with a dot';
  if (name.endsWith('.') || name.trim() !== name) return 'it begins or ends with a space, or ends with a dot';
  if (reservedOnWindows.test(name)) return 'Windows reserves it';
  return undefined;
}

/** Whether a file system that ignores case would take the two for one. */
export function sameIgnoringCase(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}

/** The candidate that was probably meant: the one with the fewest edits, if these are few. */
export function nearestName(wanted: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(wanted.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and substitutions that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The error for a name that does not exist: says which do, and which was probably meant. */
export function notFound(kind: string, name: string, existing: readonly string[]): UlmfitError {
  const near = nearestName(name, existing);
  const listed = existing.slice(0, 20).map((each) => `"${each}"`);
  if (existing.length > 20) listed.push(`and ${existing.length - 20} more`);
  const remedy = near === undefined ? '' : `Did you mean "${near}"? `;
  return new UlmfitError(
    'not-found',
    `There is no ${kind} named "${name}".`,
    existing.length === 0 ? `The store has no ${kind} yet.` : `${remedy}The store has: ${listed.join(', ')}.`,
  );
}
