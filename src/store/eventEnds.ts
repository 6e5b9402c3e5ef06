import type { FileHandle } from 'node:fs/promises';
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
import { corruptFile } from './fileErrors';

/** What an event file of any size says at its two ends, which is all that a list needs. */
export interface EventEnds {
  /** Events at the beginning; none where all of them are in `last`. */
  readonly first: readonly WrittenEvent[];
  /** Events at the end. */
  readonly last: readonly WrittenEvent[];
}

/** Of each end so much is read. */
const endBytes = 64 * 2 ** 10;
/** So many bytes of lines that are no events may stand at the end. */
const mostNonsense = 2 ** 20;

/**
 * The events at the ends of a file: of progress the last one, of other events their name and what stands before long
 * lists. Where one at the very end is longer than what is read otherwise, it is the only one there.
 *
 * @throws UlmfitError `file-unreadable`, `corrupt-file` where no event is found at the end
 */
export async function readEventEnds(path: string): Promise<EventEnds> {
  const ends = await withEventFile(path, async (file, size) => {
    if (size <= 2 * endBytes) {
      return { first: [], last: eventsIn(await readBytes(file, 0, size), true) };
    }
    const first = eventsIn(await readBytes(file, 0, endBytes), true);
    return { first, last: await eventsAtEnd(path, file, size) };
  });
  return ends ?? { first: [], last: [] };
}

/** The last event of a file. @throws as {@link readEventEnds} */
export async function readLastEvent(path: string): Promise<WrittenEvent | undefined> {
  const last = await withEventFile(path, (file, size) => eventsAtEnd(path, file, size));
  return last?.at(-1);
}

async function eventsAtEnd(path: string, file: FileHandle, size: number): Promise<WrittenEvent[]> {
  let nonsense = 0;
  for (let end = size; end > 0 && nonsense <= mostNonsense;) {
    const start = Math.max(0, end - endBytes);
    const bytes = await readBytes(file, start, end);
    const events = eventsIn(bytes, start === 0);
    if (events.length > 0 || start === 0) return events;
    const firstEnd = bytes.indexOf(lineEnd);
    if (firstEnd >= 0 && firstEnd < bytes.length - 1) {
      // Lines that are no events; what begins before them is looked at next.
      nonsense += bytes.length - firstEnd - 1;
      end = start + firstEnd + 1;
      continue;
    }
    // One line longer than all of that. If it has no end, the process died while it wrote it.
    const isHalf = firstEnd < 0;
    const lineStart = await lineStartBefore(file, isHalf ? end : end - 1);
    if (lineStart === undefined) throw noEvent(path);
    const event = isHalf ? undefined : briefEvent(await readBytes(file, lineStart, lineStart + endBytes));
    if (event) return [event];
    nonsense += endBytes;
    end = lineStart;
  }
  if (nonsense > mostNonsense) throw noEvent(path);
  return [];
}

function noEvent(path: string) {
  return corruptFile(
    path,
    'there is no event at its end',
    'Move it away to resume the run from its last checkpoint, or remove the run.',
  );
}

/** @param isWholeLine whether the first line begins where the bytes do */
function eventsIn(bytes: Buffer, isWholeLine: boolean): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  let progress: Buffer | undefined;
  let start = isWholeLine ? 0 : bytes.indexOf(lineEnd) + 1;
  if (!isWholeLine && start === 0) return [];
  const takeProgress = () => {
    const event = progress && parseEvent(progress);
    if (event) events.push(event);
    progress = undefined;
  };
  for (let end = bytes.indexOf(lineEnd, start); end >= 0; end = bytes.indexOf(lineEnd, start)) {
    const line = bytes.subarray(start, end);
    start = end + 1;
    const name = eventName(line);
    if (name === 'progress') progress = line;
    else {
      takeProgress();
      const event = briefEvent(line);
      if (event) events.push(event);
    }
  }
  takeProgress();
  return events;
}

/** Lists that come last in an event, and can have megabytes. */
const longLists = ['"classes":[', '"class_counts":[', '"issues":[', '"rows":['];

/** An event without its long lists, of which the line may have the beginning alone. */
function briefEvent(line: Buffer): WrittenEvent | undefined {
  const name = eventName(line);
  if (name === undefined) return parseEvent(line);
  const text = line.toString();
  // Within a text a quotation mark has a backslash before it, so this is a list itself.
  const cuts = longLists.map((list) => text.indexOf(`,${list}`)).filter((cut) => cut >= 0);
  const brief = cuts.length === 0 ? undefined : parseEventText(`${text.slice(0, Math.min(...cuts))}}`);
  return brief ?? parseEvent(line) ?? (line.length === endBytes ? { event: name } : undefined);
}
