import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { UlmfitError } from '../errors';
import { errorCode } from './fileSystem';
import { ownerFile } from './ownerOnly';
import { saveFailure } from './saveFailure';

/** Events of a run as they were written, and the lines that are no events. */
export interface EventLines {
  readonly events: Readonly<Record<string, unknown>>[];
  /** 1-based numbers of whole lines that are not a JSON object. A half last line is not among them. */
  readonly broken: number[];
}

const maximumLogBytes = 512 * 2 ** 20;

/** Appends events to `events.ndjson`, one JSON object a line. */
export class EventLog {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Opens the file for appending and cuts off a half last line, which a process that died in mid-write leaves.
   *
   * @throws UlmfitError `save-failed`
   */
  static async open(path: string): Promise<EventLog> {
    try {
      const handle = await open(path, 'a+', ownerFile);
      const content = await handle.readFile();
      const whole = content.lastIndexOf(0x0a) + 1;
      if (whole < content.length) await handle.truncate(whole);
      return new EventLog(path, handle);
    } catch (error) {
      throw saveFailure(`${path} could not be written`, error);
    }
  }

  /**
   * Writes one event in one system call. Events of one process come out in the order they were given.
   *
   * @throws UlmfitError `save-failed`
   */
  async append(event: Readonly<Record<string, unknown>>): Promise<void> {
    const previous = this.queue;
    const written = previous.then(() => this.handle.appendFile(`${JSON.stringify(event)}\n`));
    this.queue = written.catch(() => undefined);
    await written.catch((error: unknown) => {
      throw saveFailure(`${this.path} could not be written`, error);
    });
  }

  private queue: Promise<unknown> = Promise.resolve();

  /** Waits until all events are on the disk: at a checkpoint, so that the log is never behind it. */
  async sync(): Promise<void> {
    await this.queue;
    try {
      await this.handle.sync();
    } catch (error) {
      throw saveFailure(`${this.path} could not be written`, error);
    }
  }

  async close(): Promise<void> {
    await this.queue;
    await this.handle.close();
  }
}

/** Reads an event file; a missing one has no events, and a half last line is ignored. */
export async function readEvents(path: string): Promise<EventLines> {
  let text: string;
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maximumLogBytes) {
        throw new UlmfitError('corrupt-file', `${path} has ${size} bytes, too many.`, 'Remove the run.');
      }
      text = await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { events: [], broken: [] };
    throw error;
  }
  const events: Readonly<Record<string, unknown>>[] = [];
  const broken: number[] = [];
  const lines = text.split('\n');
  lines.pop(); // Empty after a last newline, else half an event.
  lines.forEach((line, index) => {
    const event = parseObject(line);
    if (event) events.push(event);
    else broken.push(index + 1);
  });
  return { events, broken };
}

const firstTailBytes = 64 * 2 ** 10;

/**
 * The last event of a file, as `readEvents(path).events.at(-1)`, read from the end: how a run stands is asked often, and
 * the file of a long run has many megabytes.
 */
export async function readLastEvent(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    if (size === 0) return undefined;
    for (let wanted = firstTailBytes; ; wanted *= 8) {
      const start = Math.max(0, size - wanted);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
      const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
      lines.pop(); // Empty after a last newline, else half an event.
      if (start > 0) lines.shift(); // It may begin in the middle of an event.
      for (const line of lines.reverse()) {
        const event = parseObject(line);
        if (event) return event;
      }
      if (start === 0) return undefined;
    }
  } finally {
    await handle.close();
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
