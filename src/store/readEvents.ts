import { eventName, parseEvent, readLines, type WrittenEvent } from './eventLines';
import { Thinned, type ThinnedSettings } from './thinned';

/** Events of a run as they were written, and the lines that are no events. */
export interface EventLines {
  readonly events: WrittenEvent[];
  /**
   * 1-based numbers of whole lines that are not a JSON object, as far as they were looked at. A half last line is not
   * among them.
   */
  readonly broken: number[];
}

/** What is kept of the events of one run. A chart shows no more progress; the rest is seldom that much. */
export const keptEvents: ThinnedSettings = {
  most: (event) => (event === 'progress' ? 2000 : 10_000),
  mostBytes: 64 * 2 ** 20,
};
const mostBroken = 1000;
/** Only an event of our own may be longer: it begins as we write it. */
const longestOther = 64 * 2 ** 10;

/**
 * Reads an event file of any size, in pieces and with bounded memory: of very many events of one name evenly spaced ones
 * are kept, the first and the last among them. A missing file has no events, and a half last line is ignored.
 *
 * @throws UlmfitError `file-unreadable`
 */
export async function readEvents(path: string): Promise<EventLines> {
  const broken: number[] = [];
  const miss = (number: number) => {
    if (broken.length < mostBroken) broken.push(number);
  };
  const thinned = new Thinned<{ number: number; event: WrittenEvent | undefined }>(keptEvents);
  await readLines(path, (line, number) => {
    const name = line && eventName(line);
    if (line && name !== undefined) {
      thinned.add(name, line.length, () => ({ number, event: parseEvent(line) }));
      return;
    }
    const event = line && line.length <= longestOther ? parseEvent(line) : undefined;
    if (line && event) thinned.add(String(event['event']), line.length, () => ({ number, event }));
    else miss(number);
  });
  const events: WrittenEvent[] = [];
  for (const { number, event } of thinned.items()) {
    if (event) events.push(event);
    else miss(number);
  }
  return { events, broken: broken.sort((a, b) => a - b) };
}

/**
 * Hands over the events of some names one after the other, of a file of any size.
 *
 * @param names every event has its turn whose line begins with one of these
 * @param use may parse the event, or only count it
 * @throws UlmfitError `file-unreadable`
 */
export async function forEachEvent(
  path: string,
  names: ReadonlySet<string>,
  use: (name: string, event: () => WrittenEvent | undefined) => void,
): Promise<void> {
  await readLines(path, (line) => {
    const name = line && eventName(line);
    if (line && name !== undefined && names.has(name)) use(name, () => parseEvent(line));
  });
}
