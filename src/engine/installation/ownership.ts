import type { BigIntStats } from 'node:fs';

const writableByOthers = 0o022n;

/**
 * Why an entry may not be trusted: somebody else can change it. On Linux access control lists show in the bits of the
 * group. On Windows there are no such bits; the folders of a profile are this user's by inheritance.
 * @param user this process's own, undefined on Windows
 */
export function foreignHand(
  { uid, mode }: Pick<BigIntStats, 'uid' | 'mode'>,
  user: number | undefined,
): 'owner' | 'mode' | undefined {
  if (user === undefined) return undefined;
  if (uid !== 0n && uid !== BigInt(user)) return 'owner';
  return (mode & writableByOthers) === 0n ? undefined : 'mode';
}

export function thisUser(): number | undefined {
  return process.geteuid?.();
}
