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
import type { Report } from './report';
import { type Reader, readersOf } from './storeReaders';

export interface AlterationSettings {
  readonly seed: number;
  /** Alters each byte of tensors, too; else one of `tensorStride`, as each is under the same checksum. */
  readonly tensorStride: number;
}

/** Reading a file of a few kilobytes takes a millisecond or two. */
const slowestMilliseconds = 5000;

export async function alterEverything(
  store: Store,
  { seed, tensorStride }: AlterationSettings,
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
    for (const at of placesOf(path, original.length, tensorStride, random)) {
      const bit = random.integer(8);
      const altered = Buffer.from(original);
      altered[at] = (altered[at] ?? 0) ^ (1 << bit);
      report.count('bytes altered');
      await readAll(altered, `bit ${bit} of byte ${at} turned`);
    }
    for (const length of placesOf(path, original.length, tensorStride, random)) {
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

/** A tensor file's header is a tenth of it or more; behind it every byte is as good as the next. */
function placesOf(path: string, length: number, stride: number, random: RandomStream): number[] {
  const step = path.endsWith('.safetensors') ? stride : 1;
  const first = random.integer(step);
  return Array.from({ length: Math.ceil((length - first) / step) }, (_, index) => first + index * step);
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
