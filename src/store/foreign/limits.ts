/** The most that the members of an archive may have together, unpacked. */
export const maximumArchiveBytes = 4 * 2 ** 30;

/** The most members: a model of a thousand layers has fewer. */
export const maximumMembers = 20_000;

/**
 * The most bytes that `packed` bytes may unpack to. Weights do not even halve, texts shrink to a fifth; what shrinks more
 * has no room in memory that its size on the disk would let expect.
 */
export function expansionLimit(packed: number): number {
  return Math.min(maximumArchiveBytes, 8 * packed + 2 ** 20);
}
