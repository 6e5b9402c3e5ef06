import type { Stats } from 'node:fs';
import { stat, type FileHandle } from 'node:fs/promises';
import {
  eventName,
  lineEnd,
  lineStartBefore,
  parseEvent,
  parseEventText,
  readBytes,
  withEventFile,
  type WrittenEvent,
} from './eventLines';
import { isIntact } from './eventSums';
import { corruptFile } from './fileErrors';

/** What an event file of any size says at its two ends, which is all that a list needs. */
export interface EventEnds {
  /** The first `started`: the plan. */
  readonly started: WrittenEvent | undefined;
  /** Of each name the last event at the end, in their order. After a `result` nothing else is asked for. */
  readonly last: readonly WrittenEvent[];
  /** Another as soon as something is appended to the file, or another takes its place. */
  readonly stamp: string;
}

const smallBytes = 16 * 2 ** 10;
/** Of each end so much is read; what is at the very end tells most. */
const veryEndBytes = 4 * 2 ** 10;
const endBytes = 64 * 2 ** 10;
/** So many bytes of lines that are no events may stand at the end. */
const mostNonsense = 2 ** 20;

/**
 * The events at the ends of a file, without long lists. Where one at the very end is longer than what is read otherwise,
 * it is the only one there.
 *
 * @throws UlmfitError `file-unreadable`, `corrupt-file` where no event is found at the end
 */
export async function readEventEnds(path: string): Promise<EventEnds> {
  const ends = await withEventFile(path, async (file, size, stats) => {
    // Most files are so short that one look is enough.
    const whole = size <= smallBytes ? await readBytes(file, 0, size) : undefined;
    const veryLast = whole ? lastIn(whole, true) : await lastEvent(path, file, size);
    const started = whole ? startedIn(whole) : await firstStarted(file);
    if (veryLast?.['event'] === 'result') return { started, last: [veryLast], stamp: stampOf(stats) };
    const start = whole ? 0 : Math.max(0, size - endBytes);
    const last = latestOfEach(whole ?? (await readBytes(file, start, size)), start === 0);
    // One that is longer than what was read, or has no name, is missing among them.
    const isThere = last.at(-1)?.['event'] === veryLast?.['event'];
    return { started, last: isThere || !veryLast ? last : [...last, veryLast], stamp: stampOf(stats) };
  });
  return ends ?? { started: undefined, last: [], stamp: noStamp };
}

/** The `stamp` that {@link readEventEnds} would give now. */
export async function eventStamp(path: string): Promise<string> {
  return stat(path).then(stampOf, () => noStamp);
}

const noStamp = 'none';

function stampOf({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`;
}

/** The last event of a file, without long lists. @throws as {@link readEventEnds} */
export async function readLastEvent(path: string): Promise<WrittenEvent | undefined> {
  return withEventFile(path, (file, size) => lastEvent(path, file, size));
}

async function lastEvent(path: string, file: FileHandle, size: number): Promise<WrittenEvent | undefined> {
  let nonsense = 0;
  let window = veryEndBytes;
  for (let end = size; end > 0 && nonsense <= mostNonsense; window = endBytes) {
    const start = Math.max(0, end - window);
    const bytes = await readBytes(file, start, end);
    const event = lastIn(bytes, start === 0);
    if (event || start === 0) return event;
    const firstEnd = bytes.indexOf(lineEnd);
    if (firstEnd >= 0 && firstEnd < bytes.length - 1) {
      // Lines that are no events; what begins before them is looked at next.
      nonsense += bytes.length - firstEnd - 1;
      end = start + firstEnd + 1;
    } else if (window === endBytes) {
      // One line longer than all of that. If it has no end, the process died while it wrote it.
      const isHalf = firstEnd < 0;
      const lineStart = await lineStartBefore(file, isHalf ? end : end - 1);
      if (lineStart === undefined) throw noEvent(path);
      const long = isHalf ? undefined : briefEvent(await readBytes(file, lineStart, lineStart + endBytes));
      if (long) return long;
      nonsense += endBytes;
      end = lineStart;
    }
  }
  if (nonsense > mostNonsense) throw noEvent(path);
  return undefined;
}

/** @param isWholeLine whether the first line begins where the bytes do */
function lastIn(bytes: Buffer, isWholeLine: boolean): WrittenEvent | undefined {
  let end = bytes.lastIndexOf(lineEnd);
  while (end > 0) {
    const before = bytes.lastIndexOf(lineEnd, end - 1);
    if (before < 0 && !isWholeLine) return undefined;
    const event = briefEvent(bytes.subarray(before + 1, end));
    if (event) return event;
    end = before;
  }
  return undefined;
}

async function firstStarted(file: FileHandle): Promise<WrittenEvent | undefined> {
  return (
    startedIn(await readBytes(file, 0, veryEndBytes)) ?? startedIn(await readBytes(file, 0, endBytes), true)
  );
}

/** @param isAll no more is read, so that a line which is longer has to do as it is */
function startedIn(bytes: Buffer, isAll = false): WrittenEvent | undefined {
  for (const line of linesOf(bytes, true)) if (eventName(line) === 'started') return briefEvent(line);
  return isAll && eventName(bytes) === 'started' ? briefEvent(bytes) : undefined;
}

function latestOfEach(bytes: Buffer, isWholeLine: boolean): WrittenEvent[] {
  const seen = new Set<string>();
  const latest: WrittenEvent[] = [];
  for (const line of [...linesOf(bytes, isWholeLine)].reverse()) {
    const name = eventName(line);
    if (name === undefined || seen.has(name)) continue;
    const event = briefEvent(line);
    if (!event) continue;
    seen.add(name);
    latest.unshift(event);
  }
  return latest;
}

/** Whole lines without their ends. */
function* linesOf(bytes: Buffer, isWholeLine: boolean): Generator<Buffer> {
  let start = isWholeLine ? 0 : bytes.indexOf(lineEnd) + 1;
  for (let end = bytes.indexOf(lineEnd, start); end >= 0; end = bytes.indexOf(lineEnd, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

function noEvent(path: string) {
  return corruptFile(
    path,
    'there is no event at its end',
    'Move it away to resume the run from its last checkpoint, or remove the run.',
  );
}

/** Lists that come last in an event, and can have megabytes. */
const longLists = ['"classes":[', '"class_counts":[', '"issues":[', '"rows":['];

/** An event without its long lists, of which the line may have the beginning alone. */
function briefEvent(line: Buffer): WrittenEvent | undefined {
  const name = eventName(line);
  if (name === undefined) return parseEvent(line);
  if (!isIntact(line)) return undefined;
  const text = line.toString();
  // Within a text a quotation mark has a backslash before it, so this is a list itself.
  const cuts = longLists.map((list) => text.indexOf(`,${list}`)).filter((cut) => cut >= 0);
  const brief = cuts.length === 0 ? undefined : parseEventText(`${text.slice(0, Math.min(...cuts))}}`);
  return brief ?? parseEvent(line) ?? (line.length === endBytes ? { event: name } : undefined);
}
