import { type ByteSource, readPart } from '../byteSource';
import { parseJsonOf } from '../json';
import { fileKind } from './fileKind';
import { listOf, stringsOf, type Words } from './learnerWords';
import { maximumPickleBytes, readWholePickle } from './pickle/pickleStream';
import { unsupportedFile } from './refusals';

/**
 * Reads a file of words: a pickled or JSON list of strings in id order (fastai's `itos`), or fastai 2's pair of words and
 * class names (`dls.vocab` of a classifier).
 *
 * @throws UlmfitError `corrupt-file` or `unsupported-format`
 */
export async function readVocabFile(source: ByteSource): Promise<Words> {
  const kind = await fileKind(source);
  const words =
    kind === 'pickle' ? await pickledWords(source) : kind === 'json' ? await jsonWords(source) : undefined;
  if (!words?.vocab || words.vocab.length === 0) {
    throw unsupportedFile(
      source.name,
      'it is not a list of words',
      'Import the words as fastai saves them (itos.pkl), or as a JSON array of strings in id order.',
    );
  }
  return words;
}

async function pickledWords(source: ByteSource): Promise<Words | undefined> {
  const value = await readWholePickle(source);
  const vocab = stringsOf(value);
  if (vocab) return { vocab };
  const [first, second, more] = listOf(value)?.items ?? [];
  return more === undefined ? pair(stringsOf(first), stringsOf(second)) : undefined;
}

async function jsonWords(source: ByteSource): Promise<Words | undefined> {
  if (source.size > maximumPickleBytes) {
    throw unsupportedFile(source.name, 'it is too large for a list of words', 'Import a smaller one.');
  }
  // A list of words, or the two lists of words and classes.
  const value = parseJsonOf(source.name, await readPart(source, 0, source.size), 2);
  if (!Array.isArray(value)) return undefined;
  const items: unknown[] = value;
  if (isStrings(items)) return { vocab: items };
  const [first, second, more] = items;
  return more === undefined && isStrings(first) && isStrings(second) ? pair(first, second) : undefined;
}

function pair(vocab: string[] | undefined, classes: string[] | undefined): Words | undefined {
  return vocab && classes ? { vocab, classes } : undefined;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
