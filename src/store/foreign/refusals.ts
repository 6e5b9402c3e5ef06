import { UlmfitError } from '../../errors';

/** The error for a file that is whole but holds what this program does not read. */
export function unsupportedFile(name: string, reason: string, remedy: string): UlmfitError {
  return new UlmfitError('unsupported-format', `${name}: ${reason}.`, remedy);
}

/** Something out of a file, short and on one line, as a message may show it. */
export function shown(text: string): string {
  const oneLine = JSON.stringify(text);
  return oneLine.length > 80 ? `${oneLine.slice(0, 79)}…"` : oneLine;
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new UlmfitError('cancelled', 'Reading the model was cancelled.', 'Start it again.');
}

/** The error for an archive that would fill far more memory than it takes on the disk. */
export function suspiciousSize(name: string): UlmfitError {
  return unsupportedFile(
    name,
    'it unpacks to a suspicious size',
    'Get it from a source you trust, or unpack it and import the file of the weights.',
  );
}
