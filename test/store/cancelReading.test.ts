import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UlmfitError } from '../../src/errors';
import { type ByteSource, MemorySource } from '../../src/store/byteSource';
import { readForeignSource } from '../../src/store/foreign/readSource';
import { hashFile } from '../../src/store/manifest';

/** Counts what is read, and cancels at the first of it that is no header. */
class CancellingSource implements ByteSource {
  readonly name = 'model.safetensors';
  readonly #inner: MemorySource;
  reads = 0;

  constructor(
    bytes: Uint8Array,
    private readonly dataStart: number,
    private readonly stop: AbortController,
  ) {
    this.#inner = new MemorySource(this.name, bytes);
  }

  get size(): number {
    return this.#inner.size;
  }

  readInto(target: Uint8Array, position: number): Promise<void> {
    if (position >= this.dataStart) {
      this.reads++;
      this.stop.abort();
    }
    return this.#inner.readInto(target, position);
  }
}

test('P10: reading a safetensors file ends at the tensor at which it is cancelled', async () => {
  const members = Array.from({ length: 100 }, (_, index) => {
    return `"t${index}":{"dtype":"F32","shape":[1],"data_offsets":[${4 * index},${4 * index + 4}]}`;
  });
  const header = Buffer.from(`{${members.join(',')}}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const stop = new AbortController();
  const source = new CancellingSource(
    Buffer.concat([length, header, Buffer.alloc(400)]),
    8 + header.length,
    stop,
  );
  await assert.rejects(readForeignSource(source, { signal: stop.signal }), { code: 'cancelled' });
  assert.equal(source.reads, 1);
});

test('P10: hashing a large file ends when it is cancelled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-cancel-'));
  try {
    const file = join(folder, 'large');
    await writeFile(file, '');
    await truncate(file, 2 ** 28);
    const stop = new AbortController();
    const hashing = hashFile(file, stop.signal);
    const reason = new UlmfitError('cancelled', 'This was cancelled.', 'Start it again.');
    setImmediate(() => {
      stop.abort(reason);
    });
    await assert.rejects(hashing, reason);
  } finally {
    await rm(folder, { recursive: true });
  }
});
