import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { lineStartBefore, withEventFile } from './eventLines';
import { summedLine } from './eventSums';
import { ownerFile } from './ownerOnly';
import { saveFailure } from './saveFailure';

/** Appends events to `events.ndjson`, one JSON object a line. */
export class EventLog {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Opens the file for appending and cuts off a half last line, which a process that died in mid-write leaves.
   *
   * @throws UlmfitError `save-failed`, `file-unreadable` where something else is in its place
   */
  static async open(path: string): Promise<EventLog> {
    try {
      const half = await withEventFile(path, async (file, size) => {
        return { size, start: await lineStartBefore(file, size) };
      });
      const handle = await open(path, 'a+', ownerFile);
      // What is longer than any event is none of ours: it is ended, not cut.
      if (half) {
        if (half.start === undefined) await handle.appendFile('\n');
        else if (half.start < half.size) await handle.truncate(half.start);
      }
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
    const written = previous.then(() => this.write(`${summedLine(event)}\n`));
    this.queue = written.catch(() => undefined);
    await written.catch((error: unknown) => {
      throw saveFailure(`${this.path} could not be written`, error);
    });
  }

  private async write(line: string): Promise<void> {
    try {
      await this.handle.appendFile(this.isTorn ? `\n${line}` : line);
      this.isTorn = false;
    } catch (error) {
      this.isTorn = true;
      throw error;
    }
  }

  private queue: Promise<unknown> = Promise.resolve();
  /** The last line may be half a one: a full disk takes what it has room for. */
  private isTorn = false;

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
