import { createHash } from 'node:crypto';
import { mkdir, open, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { readJson } from '../../store/json';
import { ownerFile, ownerFolder } from '../../store/ownerOnly';
import { saveFailure } from '../../store/saveFailure';

/** Where the bytes came from, so that the rest is asked of the same file and of no other. */
const originSchema = v.object({
  address: v.string(),
  /** What `If-Range` takes: a strong ETag, or a date. Without one a download begins anew. */
  validator: v.optional(v.string()),
});
export type Origin = v.InferOutput<typeof originSchema>;

/** What was downloaded so far: `<name>.partial`, and beside it `<name>.partial.json`, which says from where. */
export class PartialFile {
  readonly #originPath: string;

  constructor(readonly path: string) {
    this.#originPath = `${path}.json`;
  }

  async size(): Promise<number> {
    const found = await stat(this.path).catch(() => undefined);
    return found?.size ?? 0;
  }

  /** Undefined if it is not known, and for one that is damaged. */
  async origin(): Promise<Origin | undefined> {
    return readJson(this.#originPath, originSchema, 100_000).catch(() => undefined);
  }

  /** Begins anew, with nothing in it. @throws {UlmfitError} `save-failed` */
  async begin(origin: Origin): Promise<void> {
    await this.#saving(async () => {
      await mkdir(dirname(this.path), { recursive: true, mode: ownerFolder });
      // Bytes whose origin is not known are never continued, so the file is emptied before the other is written.
      await writeFile(this.path, '', { mode: ownerFile });
      await writeFile(this.#originPath, JSON.stringify(origin), { mode: ownerFile });
    });
  }

  /** Appends the parts as they come. @throws {UlmfitError} `save-failed`, and what the parts throw */
  async append(parts: AsyncIterable<Uint8Array>, onPart: (size: number) => Promise<void>): Promise<void> {
    let size = await this.size();
    const file = await this.#saving(() => open(this.path, 'a'));
    try {
      for await (const part of parts) {
        await this.#saving(() => writeAll(file, part));
        size += part.byteLength;
        await onPart(size);
      }
    } finally {
      await file.close();
    }
  }

  /** MD5 of the first bytes, as hex. */
  async md5OfBeginning(bytes: number): Promise<string> {
    const file = await open(this.path, 'r');
    try {
      const content = Buffer.alloc(bytes);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes; length += read) {
        read = (await file.read(content, length, bytes - length, length)).bytesRead;
      }
      return createHash('md5').update(content.subarray(0, length)).digest('hex');
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#originPath, { force: true });
  }

  async #saving<Result>(save: () => Promise<Result>): Promise<Result> {
    try {
      return await save();
    } catch (error) {
      throw saveFailure(`${this.path} could not be written`, error);
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    done += (await file.write(bytes, done, bytes.byteLength - done)).bytesWritten;
  }
}
