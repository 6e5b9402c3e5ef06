import type { FileHandle } from 'node:fs/promises';
import { UlmfitError } from '../errors';
import { corruptFile, unreadableFile } from './fileErrors';
import { errorCode } from './fileSystem';
import { openRegularFile } from './regularFile';

/** Bytes that are read where they lie: a file, a part of one, or memory. */
export interface ByteSource {
  /** What a message calls it: the path of a file, or `archive.tgz › member`. */
  readonly name: string;
  readonly size: number;
  /**
   * Fills `target` with the bytes from `position` on.
   * @throws UlmfitError `corrupt-file` where there are fewer
   */
  readInto(target: Uint8Array, position: number): Promise<void>;
}

const largestRead = 64 * 2 ** 20;

/**
 * Opens a file for reading at any position, and closes it when `use` is done.
 * @throws UlmfitError `file-not-found`, `file-unreadable`, and what `use` throws
 */
export async function withFile<Result>(
  path: string,
  use: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  const handle = await openRegularFile(path);
  try {
    const { size } = await handle.stat();
    return await use(new FileSource(path, size, handle));
  } catch (error) {
    // Whatever the system says has a code; anything else is a defect and stays one.
    throw error instanceof UlmfitError || errorCode(error) === undefined
      ? error
      : unreadableFile(path, error);
  } finally {
    await handle.close();
  }
}

class FileSource implements ByteSource {
  constructor(
    readonly name: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  async readInto(target: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < target.byteLength;) {
      const wanted = Math.min(target.byteLength - done, largestRead);
      const { bytesRead } = await this.handle.read(target, done, wanted, position + done);
      if (bytesRead === 0) throw corruptFile(this.name, 'it ends too early');
      done += bytesRead;
    }
  }
}

/** Bytes in memory. */
export class MemorySource implements ByteSource {
  constructor(
    readonly name: string,
    readonly bytes: Uint8Array,
  ) {}

  get size(): number {
    return this.bytes.byteLength;
  }

  readInto(target: Uint8Array, position: number): Promise<void> {
    if (position + target.byteLength > this.size)
      return Promise.reject(corruptFile(this.name, 'it ends too early'));
    target.set(this.bytes.subarray(position, position + target.byteLength));
    return Promise.resolve();
  }
}

/** `size` bytes of another source, from `start` on. */
export class PartSource implements ByteSource {
  constructor(
    readonly name: string,
    private readonly whole: ByteSource,
    private readonly start: number,
    readonly size: number,
  ) {}

  async readInto(target: Uint8Array, position: number): Promise<void> {
    if (position + target.byteLength > this.size) throw corruptFile(this.name, 'it ends too early');
    await this.whole.readInto(target, this.start + position);
  }
}

/** A copy of some of a source's bytes; without a copy where they already lie in memory. */
export async function readPart(source: ByteSource, position: number, length: number): Promise<Uint8Array> {
  if (position < 0 || position + length > source.size) throw corruptFile(source.name, 'it ends too early');
  if (source instanceof MemorySource) return source.bytes.subarray(position, position + length);
  const bytes = new Uint8Array(length);
  await source.readInto(bytes, position);
  return bytes;
}
