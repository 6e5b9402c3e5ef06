import { maximumPickleBytes } from './pickle/pickleStream';

/** Which members of an archive may be weights or words, by their names. Copies of macOS' resource forks are not. */
export function isWanted(name: string): boolean {
  const file = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return !file.startsWith('._') && /\.(pth|pt|h5|bin|safetensors|pkl|json)$/.test(file);
}

export function isWeights(name: string): boolean {
  return /\.(pth|pt|h5|bin|safetensors)$/i.test(name) || /(^|\/)export[^/]*\.pkl$/i.test(name);
}

export function mayBePickledWords(name: string): boolean {
  return name.toLowerCase().endsWith('.pkl') && !isWeights(name);
}

export function mayBeListedWords(name: string): boolean {
  return /(vocab|itos)[^/]*\.json$/i.test(name);
}

/**
 * What is held of an archive while it goes by, which is no more than what is read of one that is not refused: the first
 * file of weights, and the first of either kind that may have the words.
 */
export function firstOfEachKind(needsWords: boolean): (name: string, size: number) => boolean {
  const kinds = needsWords ? [isWeights, mayBePickledWords, mayBeListedWords] : [isWeights];
  const waitedFor = new Set(kinds);
  return (name, size) => {
    const kind = isWanted(name) ? kinds.find((isOfKind) => isOfKind(name)) : undefined;
    if (kind === undefined || !waitedFor.delete(kind)) return false;
    return kind === isWeights || size <= maximumPickleBytes;
  };
}
