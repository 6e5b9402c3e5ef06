import { UlmfitError } from '../errors';
import type { Holder } from './processLock';

/** The error for a run that another process works on. */
export function runInUse(id: string, { pid, host, life, isUnseen }: Holder): UlmfitError {
  const where = isUnseen && host !== undefined ? ` (${host})` : '';
  const owner = pid === undefined ? 'another process' : `process ${pid}${where}`;
  if (life === 'alive') {
    return new UlmfitError(
      'in-use',
      `The run "${id}" is being worked on by ${owner}.`,
      'Pause or stop it there, or wait until it ends.',
    );
  }
  return new UlmfitError(
    'in-use',
    `The run "${id}" belongs to ${owner}, which is not responding.`,
    isUnseen
      ? 'End that process. After ten minutes without a sign of life it is taken to be gone.'
      : 'Let that process go on, or end it, and try again.',
  );
}
