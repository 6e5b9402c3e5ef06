import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ByteSource, MemorySource } from '../../src/store/byteSource';
import { readForeignSource } from '../../src/store/foreign/readSource';
import { readSafetensorsFrom } from '../../src/store/safetensors';
import { list, pickle, text } from './pickleBytes';
import { assertRefused, readModelBytes, readWords } from './readBytes';
import { tarBytes } from './tarBytes';
import { stateDict, storagesOf, tinyEncoder, torchLegacy } from './torchBytes';
import { zipBytes } from './zipBytes';

const weights = torchLegacy(stateDict(tinyEncoder, true), storagesOf(tinyEncoder));

/** Looks at the memory of all buffers whenever a piece of the file is read. */
class WatchedSource implements ByteSource {
  readonly name = 'watched';
  readonly #inner: ByteSource;
  readonly #before = process.memoryUsage().arrayBuffers;
  most = 0;

  constructor(bytes: Uint8Array) {
    this.#inner = new MemorySource('watched', bytes);
  }

  get size(): number {
    return this.#inner.size;
  }

  readInto(target: Uint8Array, position: number): Promise<void> {
    this.most = Math.max(this.most, process.memoryUsage().arrayBuffers - this.#before);
    return this.#inner.readInto(target, position);
  }
}

describe('P3: memory is a small multiple of the file', () => {
  // Fifty times its size: a twentieth of it cannot be packed, the rest is nothing.
  const bomb = Buffer.concat([weights, randomBytes(2 ** 20), Buffer.alloc(60 * 2 ** 20)]);

  test('P3: a tgz with a member that unpacks to fifty times its size is refused before it is held', async () => {
    const source = new WatchedSource(gzipSync(tarBytes([{ name: 'lstm.pth', bytes: bomb }]), { level: 1 }));
    await assertRefused(readForeignSource(source), /suspicious size/);
    assert.ok(source.most < 8 * source.size, `${source.most} bytes for a file of ${source.size}`);
  });

  test('P3: so is a zip', async () => {
    const zip = zipBytes([{ name: 'lstm.pth', bytes: bomb, deflate: true }]);
    await assertRefused(readModelBytes(zip), /suspicious size/);
  });

  test('P3: words that shrink to a sixth are read all the same', async () => {
    const words = Array.from(
      { length: 60_000 },
      (_, index) => `the word ${index % 7} of the sample number ${index}`,
    );
    const bytes = pickle(list(...words.map(text)));
    const tgz = gzipSync(
      tarBytes([
        { name: 'itos.pkl', bytes },
        { name: 'lstm.pth', bytes: weights },
      ]),
    );
    assert.ok(bytes.length > 5 * tgz.length, `${bytes.length} in ${tgz.length}`);
    await assertRefused(readModelBytes(tgz), /it has 2 words, but the list that goes with it has 60000/);
  });
});

describe('P3: a safetensors header is as large as a model needs', () => {
  test('P3: one of more than 8 MiB is refused before it is read', async () => {
    const metadata = `{"__metadata__":{"a":"${'x'.repeat(9 * 2 ** 20)}"}}`;
    await assertRefused(readSafetensors(metadata, 0), /its header claims 9437209 bytes, more than/);
  });

  test('P3: one of more tensors than any model has is given up there', async () => {
    await assertRefused(readSafetensors(headerOf(20_001), 80_004), /more than 20000 members/);
    const metadata = Array.from({ length: 20_001 }, (_, index) => `"${index}":""`).join(',');
    await assertRefused(readSafetensors(`{"__metadata__":{${metadata}}}`, 0), /more than 20000 members/);
  });

  test('P3: one of ten thousand tensors is read', async () => {
    assert.equal((await readSafetensors(headerOf(10_000), 40_000)).tensors.size, 10_000);
  });

  function headerOf(tensors: number): string {
    const members = Array.from({ length: tensors }, (_, index) => {
      const offsets = `[${4 * index},${4 * index + 4}]`;
      return `"model.layers.${index}.self_attention.output.weight":{"dtype":"F32","shape":[1],"data_offsets":${offsets}}`;
    });
    return `{${members.join(',')}}`;
  }

  function readSafetensors(header: string, dataBytes: number) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const bytes = Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]);
    return readSafetensorsFrom(new MemorySource('model.safetensors', bytes));
  }
});

test('P3: words that are nothing but brackets are refused at the first of them', async () => {
  await assertRefused(readWords(Buffer.alloc(2 ** 20, '[')), /nests more than 2 levels deep/);
});
