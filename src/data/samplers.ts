/**
 * In which order texts of different lengths are put into batches, after fastai's text/data.py. Both keep texts of
 * like length together, so that little of a batch is padding.
 */
import type { RandomStream } from '../random';

/** Indices by length, longest first; equal lengths stay in the order given (fastai's `SortSampler`). */
export function sortedOrder(lengths: readonly number[], indices?: readonly number[]): number[] {
  return Array.from(indices ?? lengths.keys()).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
}

/** Pieces of `size` items; the last may be shorter. */
function chunks<T>(items: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += size) pieces.push(items.slice(start, start + size));
  return pieces;
}

/**
 * fastai's `SortishSampler`: a random permutation is cut into chunks of 50·bs, each is sorted by length and cut into
 * batches; the batch that begins with the longest text goes first (so a batch that does not fit in memory fails at
 * once), the others follow in random order. A short batch may land in mid-list, and then shifts the batches after it.
 */
export function sortishOrder(lengths: readonly number[], bs: number, random: RandomStream): number[] {
  const permutation = random.shuffled(lengths.keys());
  const sorted = chunks(permutation, bs * 50).flatMap((chunk) => sortedOrder(lengths, chunk));
  const batches = chunks(sorted, bs);
  const firstLength = (batch: readonly number[]): number => lengths[batch[0] ?? 0] ?? 0;
  let longest = 0;
  batches.forEach((batch, index) => {
    if (firstLength(batch) > firstLength(batches[longest] ?? [])) longest = index;
  });
  const head = batches[longest];
  if (head === undefined) return [];
  // fastai swaps the two, so the batch that was first takes the place of the longest; then all but the head shuffle.
  batches[longest] = batches[0] ?? [];
  return [head, ...random.shuffled(batches.slice(1))].flat();
}
