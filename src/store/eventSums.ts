import { crc32 } from './foreign/crc32';

/*
 * A line of an event file is a JSON object whose last member is the checksum of all that is before it in the line:
 *
 *   {"event":"epoch","epoch":1, …,"sum":"5d41402a"}
 *
 * So a digit that changed on the disk makes it a broken line, never another number. Lines of former versions have none.
 */
const tail = /^,"sum":"([0-9a-f]{8})"\}$/u;
const tailBytes = ',"sum":"00000000"}'.length;

/** The line of an event, without its end. */
export function summedLine(event: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify(event).slice(0, -1);
  return `${body},"sum":"${sumOf(Buffer.from(body))}"}`;
}

/** Whether the checksum of a line is right, or it has none. */
export function isIntact(line: Buffer): boolean {
  const sum = tail.exec(line.toString('latin1', Math.max(0, line.length - tailBytes)))?.[1];
  return sum === undefined || sum === sumOf(line.subarray(0, -tailBytes));
}

/** The event of a line that was read, as it was before it was written. */
export function withoutSum(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'sum'));
}

function sumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
