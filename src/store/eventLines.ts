import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { UlmfitError } from '../errors';
import { parseBoundedJson } from './boundedJson';
import { isIntact, withoutSum } from './eventSums';
import { unreadableFile } from './fileErrors';
import { openWithStats } from './regularFile';

/** An event as it was written; the protocol's schema says which it is. */
export type WrittenEvent = Readonly<Record<string, unknown>>;

/** No event is longer than a message to the host may be. What is longer is no event, and is not held in memory. */
export const longestLine = 64 * 2 ** 20;

export const lineEnd = 0x0a;
const bytesAtOnce = 256 * 2 ** 10;

/** Opens an event file, or gives undefined where there is none. @throws UlmfitError `file-unreadable` */
export async function withEventFile<Result>(
  path: string,
  use: (file: FileHandle, size: number, stats: Stats) => Promise<Result>,
): Promise<Result | undefined> {
  let file: FileHandle;
  let stats: Stats;
  try {
    ({ handle: file, stats } = await openWithStats(path));
  } catch (error) {
    if (error instanceof UlmfitError && error.code === 'file-not-found') return undefined;
    throw error;
  }
  try {
    return await use(file, stats.size, stats);
  } catch (error) {
    throw error instanceof UlmfitError ? error : unreadableFile(path, error);
  } finally {
    await file.close();
  }
}

/** Reads a part of a file, or what there is of it. */
export async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/**
 * Reads every whole line of an event file, in pieces between which other work goes on. A file that is missing has none.
 *
 * @param onLine is given the line without its end, and its 1-based number; of a line that is too long to be an event,
 * undefined
 * @throws UlmfitError `file-unreadable`
 */
export async function readLines(
  path: string,
  onLine: (line: Buffer | undefined, number: number) => void,
): Promise<void> {
  await withEventFile(path, async (file, size) => {
    let number = 0;
    /** Of a line that has not ended yet; undefined where it is too long. */
    let begun: Buffer[] | undefined = [];
    let begunBytes = 0;
    for (let position = 0; position < size;) {
      const piece = await readBytes(file, position, Math.min(position + bytesAtOnce, size));
      if (piece.length === 0) break;
      position += piece.length;
      let start = 0;
      for (let end = piece.indexOf(lineEnd); end >= 0; end = piece.indexOf(lineEnd, start)) {
        const rest = piece.subarray(start, end);
        number++;
        if (begunBytes === 0) onLine(rest, number);
        else onLine(begun && Buffer.concat([...begun, rest]), number);
        begun = [];
        begunBytes = 0;
        start = end + 1;
      }
      begunBytes += piece.length - start;
      if (begunBytes > longestLine) begun = undefined;
      else begun?.push(piece.subarray(start));
    }
  });
}

/** Where the line begins that goes up to `end`, or undefined where it is longer than any event. */
export async function lineStartBefore(file: FileHandle, end: number): Promise<number | undefined> {
  const least = Math.max(0, end - longestLine);
  for (let to = end; to > least;) {
    const from = Math.max(least, to - 2 ** 20);
    const found = (await readBytes(file, from, to)).lastIndexOf(lineEnd);
    if (found >= 0) return from + found + 1;
    to = from;
  }
  return least === 0 ? 0 : undefined;
}

const beginning = Buffer.from('{"event":"');
const longestName = 40;

/** The name of the event that a line is, as far as its beginning tells: we write it first. */
export function eventName(line: Buffer): string | undefined {
  if (
    line.length < beginning.length ||
    line.compare(beginning, 0, beginning.length, 0, beginning.length) !== 0
  )
    return undefined;
  const name = line.toString('latin1', beginning.length, beginning.length + longestName);
  const end = name.indexOf('"');
  return end < 0 ? undefined : name.slice(0, end);
}

/** The event that a line is; undefined if it is none, or was altered. */
export function parseEvent(line: Buffer): WrittenEvent | undefined {
  // Failing to parse takes longer than a look at both ends.
  const [first, last] = [line[0], line.at(-1)];
  const looksLikeOne = first === 0x7b && (last === 0x7d || last === 0x0d);
  const event = looksLikeOne && isIntact(line) ? parseEventText(line.toString()) : undefined;
  return event && withoutSum(event);
}

const deepestEvent = 32;

export function parseEventText(line: string): WrittenEvent | undefined {
  try {
    const value: unknown = parseBoundedJson(line, deepestEvent);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as WrittenEvent) : undefined;
  } catch {
    return undefined;
  }
}
