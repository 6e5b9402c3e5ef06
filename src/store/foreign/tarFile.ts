import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ByteSource, readPart } from '../byteSource';
import { corruptFile } from '../fileErrors';
import { expansionLimit } from './limits';
import { suspiciousSize, throwIfCancelled } from './refusals';
import { endsTooEarly, TarStream } from './tarStream';

const chunkBytes = 2 ** 18;

export interface TarOptions {
  /** Whether the archive is a `.tgz`. */
  readonly gzip: boolean;
  /** By a member's name and size. */
  readonly wanted: (name: string, size: number) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** In bytes of the archive. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface TarContent {
  /** Of all files. */
  readonly names: readonly string[];
  /** Those that were wanted. */
  readonly members: ReadonlyMap<string, Uint8Array>;
}

/**
 * The names in a tar archive, and the wanted members in memory; the archive goes by once, in pieces.
 * @throws UlmfitError `corrupt-file`, `unsupported-format` (a bomb, links) or `cancelled`
 */
export async function readTar(source: ByteSource, options: TarOptions): Promise<TarContent> {
  const limit = options.gzip
    ? { bytes: expansionLimit(source.size), exceeded: () => suspiciousSize(source.name) }
    : { bytes: source.size, exceeded: () => endsTooEarly(source.name) };
  const tar = new TarStream(source.name, limit, options.wanted);
  let total = 0;
  const take = async (chunks: AsyncIterable<unknown>) => {
    for await (const chunk of chunks) {
      if (!(chunk instanceof Uint8Array)) throw new Error('The stream gave no bytes.');
      total += chunk.byteLength;
      if (total > limit.bytes) throw limit.exceeded();
      tar.write(chunk);
    }
  };
  try {
    if (options.gzip) await pipeline(pieces(source, options), createGunzip(), take);
    else await take(pieces(source, options));
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw corruptFile(source.name, `it cannot be unpacked (${error.message})`);
    }
    throw error;
  }
  tar.end();
  return tar;
}

/** As {@link readTar}, the members alone. */
export async function readTarMembers(
  source: ByteSource,
  options: TarOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return (await readTar(source, options)).members;
}

async function* pieces(source: ByteSource, { signal, onProgress }: TarOptions): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < source.size; position += chunkBytes) {
    throwIfCancelled(signal);
    yield await readPart(source, position, Math.min(chunkBytes, source.size - position));
    onProgress?.(Math.min(position + chunkBytes, source.size), source.size);
  }
}
