import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { checkedName } from '../store/names';
import { UsageError } from './usageError';

/** A number as it is written on the command line: `10`, `1e-2`. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** One number or several with commas between them: `1`, `1,1,2`. */
export function numbers(text: string): number[] {
  return text.split(',').map(number);
}

export function batchSize(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : number(text);
}

/** An option that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/**
 * Checks options against a request's schema before anything is started.
 *
 * @throws UsageError that names the flag
 */
export function checkedOptions<Schema extends v.GenericSchema>(
  schema: Schema,
  options: unknown,
): v.InferOutput<Schema> {
  const checked = v.safeParse(schema, options);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const key = v.getDotPath(issue)?.split('.')[0] ?? '';
  throw new UsageError(`${flagOf(key)}: ${issue.message}`);
}

/** `dropMult` as it is written on the command line: `--drop-mult`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The name of what is to be made, checked before hours are spent on it. @throws UsageError */
export function nameOption(name: string): string {
  try {
    return checkedName(name);
  } catch (error) {
    if (error instanceof UlmfitError) throw new UsageError(`--name: ${error.message} ${error.remedy}`);
    throw error;
  }
}
