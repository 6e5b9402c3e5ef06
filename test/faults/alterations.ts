/**
 * Alters every byte of every file of a small store, cuts its files off, and reads everything that stands on them: it is
 * skipped, refused or the same as before, never something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RandomStream } from '../../src/random';
import { UlmfitError } from '../../src/errors';
import type { Store } from '../../src/store/store';
import { treeOf } from './folderTree';
import type { Extent } from './jobs';
import type { Report } from './report';
import { type Reader, readersOf } from './storeReaders';

/** Reading a file of a few kilobytes takes a millisecond or two. */
const slowestMilliseconds = 5000;

export async function alterEverything(
  store: Store,
  { seed, strides, cutStride }: Extent,
  report: Report,
): Promise<void> {
  const readers = await readersOf(store);
  const before = new Map<Reader, unknown>();
  for (const reader of readers) before.set(reader, await reader.read());
  const files = [...treeOf(store.root)].filter(([, what]) => what !== 'folder').map(([path]) => path);
  for (const path of files) {
    const concerned = readers.filter(({ reads }) => reads(path));
    if (concerned.length === 0) continue;
    const file = join(store.root, path);
    const original = readFileSync(file);
    const random = RandomStream.named(seed, path);
    const readAll = async (bytes: Uint8Array, how: string) => {
      writeFileSync(file, bytes);
      for (const reader of concerned) await judge(reader, before.get(reader), `${path}, ${how}`, report);
    };
    for (const at of placesOf(original.length, strideOf(path, strides), random)) {
      const bit = random.integer(8);
      const altered = Buffer.from(original);
      altered[at] = (altered[at] ?? 0) ^ (1 << bit);
      report.count('bytes altered');
      await readAll(altered, `bit ${bit} of byte ${at} turned`);
    }
    const cuts = cutStride * strideOf(path, strides);
    for (const length of placesOf(original.length, cuts, random)) {
      report.count('files cut off');
      await readAll(original.subarray(0, length), `cut off after ${length} bytes`);
    }
    writeFileSync(file, original);
  }
  for (const reader of readers) {
    if (!isDeepStrictEqual(await reader.read(), before.get(reader)))
      throw new Error(`${reader.name} was lost.`);
  }
}

function strideOf(path: string, { small, events, tensors }: Extent['strides']): number {
  if (path.endsWith('.safetensors')) return tensors;
  return path.endsWith('.ndjson') ? events : small;
}

/** One of `stride` places, from one of the first on. */
function placesOf(length: number, stride: number, random: RandomStream): number[] {
  const first = random.integer(stride);
  return Array.from(
    { length: Math.max(0, Math.ceil((length - first) / stride)) },
    (_, index) => first + index * stride,
  );
}

async function judge(reader: Reader, before: unknown, where: string, report: Report): Promise<void> {
  const place = `${reader.name}: ${where}`;
  const start = performance.now();
  try {
    const value = await reader.read();
    if (isDeepStrictEqual(value, before)) report.count('read: identical');
    else if (reader.isSkipped(value, before)) report.count('read: damage skipped');
    else report.broken('P8', place, 'it reads as something else');
  } catch (error) {
    if (error instanceof UlmfitError) report.count('read: refused');
    else report.broken('P3', place, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const milliseconds = performance.now() - start;
  if (milliseconds > slowestMilliseconds) report.broken('P3', place, `reading took ${milliseconds} ms`);
}
