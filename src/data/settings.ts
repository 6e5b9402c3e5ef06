import { UlmfitError } from '../errors';

/** Returns `value`. @throws UlmfitError 'bad-setting' unless it is a whole number from `minimum` on. */
export function checkWholeNumber(name: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new UlmfitError(
    'bad-setting',
    `${name} must be a whole number of at least ${minimum}, but is ${value}.`,
    `Set ${name} to ${minimum} or more.`,
  );
}

/** Returns `value`. @throws UlmfitError 'bad-setting' unless it is from 0 to below 1. */
export function checkShare(name: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new UlmfitError(
    'bad-setting',
    `${name} must be a share of the rows from 0 to below 1, but is ${value}.`,
    `Set ${name} to, for instance, 0.1 for a tenth of the rows.`,
  );
}
