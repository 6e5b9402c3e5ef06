import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { readSafetensors, writeSafetensors, type StoredTensor } from './safetensors';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

let counter = 0;
const freshPath = () => join(folder, `${++counter}.safetensors`);

/** A file with any header text, right or wrong, and `dataBytes` bytes of zeros or the given bytes. */
async function fileWith(
  header: string | Buffer,
  data: number | Uint8Array = 0,
  claimed?: bigint,
): Promise<string> {
  const path = freshPath();
  const text = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(claimed ?? BigInt(text.length));
  await writeFile(path, Buffer.concat([prefix, text, typeof data === 'number' ? Buffer.alloc(data) : data]));
  return path;
}

async function isRefused(path: string, reason: RegExp): Promise<void> {
  await assert.rejects(readSafetensors(path), (error) => {
    assert.ok(error instanceof UlmfitError, String(error));
    assert.equal(error.code, 'corrupt-file');
    assert.ok(error.message.includes(path), 'the message names the file');
    assert.match(error.message, reason);
    return true;
  });
}

const f32 = (begin: number, end: number, shape = `[${(end - begin) / 4}]`) =>
  `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('writing and reading safetensors', () => {
  test('what was written is read back, names, shapes, order and metadata', async () => {
    const tensors = new Map<string, StoredTensor>([
      ['rnns.0.weight_hh_l0_raw', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) }],
      ['__proto__', { shape: [], data: Float32Array.of(7) }],
      ['1', { shape: [0, 4], data: new Float32Array(0) }],
      ['"quoted"\n ü', { shape: [1], data: new Float32Array([9, 8, 7]).subarray(1, 2) }],
    ]);
    const metadata = new Map([
      ['__proto__', 'x'],
      ['format', 'pt'],
    ]);
    const path = freshPath();
    await writeSafetensors(path, tensors, metadata);
    const read = await readSafetensors(path);
    assert.deepEqual([...read.tensors], [...tensors]);
    assert.deepEqual([...read.metadata], [...metadata]);
  });

  test('the same tensors give the same bytes, and numbers begin at a multiple of 8', async () => {
    const tensors = new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]]);
    const [one, two] = [freshPath(), freshPath()];
    await writeSafetensors(one, tensors);
    await writeSafetensors(two, tensors);
    const bytes = await readFile(one);
    assert.deepEqual(bytes, await readFile(two));
    assert.equal(Number(bytes.readBigUInt64LE()) % 8, 0);
  });

  test('numbers in shared memory are written too', async () => {
    const data = new Float32Array(new SharedArrayBuffer(8));
    data.set([4, 5]);
    const path = freshPath();
    await writeSafetensors(path, new Map([['shared', { shape: [2], data }]]));
    assert.deepEqual((await readSafetensors(path)).tensors.get('shared')?.data, Float32Array.of(4, 5));
  });

  test('a shape that does not fit its numbers is a defect of the caller', async () => {
    const tensors = new Map([['a', { shape: [3], data: Float32Array.of(1, 2) }]]);
    await assert.rejects(writeSafetensors(freshPath(), tensors), /cannot hold 2 numbers/);
  });
});

describe('element types other than F32', () => {
  const read = async (dtype: string, data: Uint8Array, shape: string) => {
    const header = `{"t":{"dtype":"${dtype}","shape":${shape},"data_offsets":[0,${data.length}]}}`;
    const { tensors } = await readSafetensors(await fileWith(header, data));
    return [...(tensors.get('t')?.data ?? [])];
  };
  const bytesOf = (array: ArrayBufferView) =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

  test('F64, I64, I32, U8 and BOOL become floats', async () => {
    assert.deepEqual(await read('F64', bytesOf(Float64Array.of(0.5, -3)), '[2]'), [0.5, -3]);
    assert.deepEqual(await read('I64', bytesOf(BigInt64Array.of(-5n, 123n)), '[2]'), [-5, 123]);
    assert.deepEqual(await read('I32', bytesOf(Int32Array.of(-5, 123)), '[2]'), [-5, 123]);
    assert.deepEqual(await read('U8', Uint8Array.of(0, 255), '[2]'), [0, 255]);
    assert.deepEqual(await read('BOOL', Uint8Array.of(0, 1), '[2]'), [0, 1]);
  });

  test('F16 and BF16 become floats, with subnormals, infinities and NaN', async () => {
    const half = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00, 0x7e00, 0x3555);
    assert.deepEqual(await read('F16', bytesOf(half), '[9]'), [
      1,
      -2,
      65504,
      2 ** -24,
      2 ** -14,
      Infinity,
      -Infinity,
      NaN,
      0.333251953125,
    ]);
    const brain = Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x7fc0, 0x3eab);
    assert.deepEqual(await read('BF16', bytesOf(brain), '[5]'), [1, -2, Infinity, NaN, 0.333984375]);
  });

  test('an I64 that no number holds is refused', async () => {
    const bytes = bytesOf(BigInt64Array.of(2n ** 60n));
    const header = '{"t":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}';
    await isRefused(await fileWith(header, bytes), /tensor "t": 1152921504606846976 is too large/);
  });
});

describe('P2: every abuse of the safetensors format is refused', () => {
  const attacks: [string, string | Buffer, number, RegExp, bigint?][] = [
    ['a header longer than the file', '{}', 0, /claims 3 bytes but the file is shorter/, 3n],
    ['a header of more than 100 MB', '{}', 0, /claims 100000001 bytes/, 100_000_001n],
    ['a header length that overflows', '{}', 0, /claims 18446744073709551615 bytes/, 2n ** 64n - 1n],
    ['an empty header', '', 0, /begin with "{"/],
    ['a header that begins with a space', ' {}', 0, /begin with "{"/],
    ['a header that is an array', '[]', 0, /begin with "{"/],
    ['a header cut short', '{"a":', 0, /expected "{"/],
    ['a header that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 0, /not UTF-8/],
    ['text after the header', '{} {}', 0, /text after the end/],
    ['a NUL after the header', '{}\0', 0, /text after the end/],
    ['two tensors of one name', `{"a":${f32(0, 4)},"a":${f32(4, 8)}}`, 8, /the name "a" twice/],
    ['one name spelt with an escape', `{"a":${f32(0, 4)},"\\u0061":${f32(4, 8)}}`, 8, /the name "a" twice/],
    ['two __metadata__', '{"__metadata__":{},"__metadata__":{}}', 0, /"__metadata__" twice/],
    ['one metadata name twice', '{"__metadata__":{"a":"1","a":"2"}}', 0, /the name "a" twice/],
    [
      'an entry twice',
      '{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      0,
      /"dtype" twice/,
    ],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 0, /expected "\\""/],
    ['deep nesting', '{"a":' + '['.repeat(100_000), 0, /expected "{"/],
    ['deep nesting in a shape', '{"a":{"shape":' + '['.repeat(100_000), 0, /whole number/],
    ['a hole before the first tensor', `{"a":${f32(4, 8)}}`, 8, /hole of 4 bytes/],
    ['a hole between tensors', `{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12, /hole of 4 bytes/],
    ['bytes after the last tensor', `{"a":${f32(0, 4)}}`, 8, /end at byte 4 but the file has 8/],
    ['bytes without any tensor', '{}', 1, /end at byte 0 but the file has 1/],
    ['a file cut short', `{"a":${f32(0, 8)}}`, 4, /end at byte 8 but the file has 4/],
    ['an overlap', `{"a":${f32(0, 8)},"b":${f32(4, 12)}}`, 12, /overlaps/],
    ['two tensors on the same bytes', `{"a":${f32(0, 4)},"b":${f32(0, 4)}}`, 4, /overlaps/],
    ['offsets backwards', `{"a":${f32(4, 0, '[0]')}}`, 0, /not a range/],
    ['three offsets', '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0,0]}}', 0, /more than 2/],
    ['one offset', '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0]}}', 0, /not a range/],
    ['a negative offset', '{"a":{"dtype":"F32","shape":[0],"data_offsets":[-4,0]}}', 0, /whole number/],
    [
      'a shape that needs more bytes',
      `{"a":${f32(0, 4, '[2]')}}`,
      4,
      /4 bytes but its shape and dtype need 8/,
    ],
    [
      'a shape that needs fewer bytes',
      `{"a":${f32(0, 8, '[1]')}}`,
      8,
      /8 bytes but its shape and dtype need 4/,
    ],
    [
      'a shape whose product wraps 64 bits',
      `{"a":${f32(0, 0, '[4294967296,4294967296,4]')}}`,
      0,
      /too large/,
    ],
    ['a shape that wraps before a zero', `{"a":${f32(0, 0, '[9007199254740991,3,0]')}}`, 0, /too large/],
    ['a shape with a fraction', `{"a":${f32(0, 4, '[1.0]')}}`, 4, /expected "]"/],
    ['a shape with an exponent', `{"a":${f32(0, 4, '[1e0]')}}`, 4, /expected "]"/],
    ['a number of more than 2⁵³', `{"a":${f32(0, 0, '[99999999999999999999]')}}`, 0, /number too large/],
    ['a number that begins with 0', `{"a":${f32(0, 4, '[01]')}}`, 4, /begins with 0/],
    ['33 dimensions', `{"a":${f32(0, 4, `[${'1,'.repeat(32)}1]`)}}`, 4, /more than 32/],
    ['an unknown dtype', '{"a":{"dtype":"Q4","shape":[0],"data_offsets":[0,0]}}', 0, /unknown dtype "Q4"/],
    [
      'a dtype that is a name of Object',
      '{"a":{"dtype":"constructor","shape":[0],"data_offsets":[0,0]}}',
      0,
      /dtype/,
    ],
    ['a tensor without a shape', '{"a":{"dtype":"F32","data_offsets":[0,0]}}', 0, /lacks its dtype, shape/],
    [
      'an unknown entry',
      '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}',
      0,
      /unknown entry "x"/,
    ],
    ['an unpaired surrogate', '{"\\ud800":{}}', 0, /not text/],
    ['a raw control character', '{"a\nb":{}}', 0, /control character/],
    ['a bad escape', '{"\\x41":{}}', 0, /escape/],
    ['a comma at the end', `{"a":${f32(0, 4)},}`, 4, /expected "\\""/],
  ];
  for (const [name, header, dataBytes, reason, claimed] of attacks) {
    test(name, async () => {
      await isRefused(await fileWith(header, dataBytes, claimed), reason);
    });
  }

  test('a file too short for a header length', async () => {
    const path = freshPath();
    await writeFile(path, Buffer.alloc(7));
    await isRefused(path, /has 7 bytes, too few/);
  });

  test('a sparse file that claims more numbers than memory is refused before any is allocated', async () => {
    const { parseHeader } = await import('./safetensorsHeader');
    const bytes = 2 ** 33;
    assert.throws(() => parseHeader(`{"a":${f32(0, bytes)}}`, bytes), /more than 4 GiB/);
  });

  test('a tensor named __proto__ changes no prototype', async () => {
    const { tensors } = await readSafetensors(await fileWith(`{"__proto__":${f32(0, 4)}}`, 4));
    assert.deepEqual([...tensors.keys()], ['__proto__']);
    assert.equal(Object.getPrototypeOf(tensors), Map.prototype);
    assert.equal('dtype' in {}, false);
  });
});

test('a missing file and a folder say so', async () => {
  await assert.rejects(readSafetensors(join(folder, 'none')), { code: 'file-not-found' });
  await assert.rejects(readSafetensors(folder), { code: 'file-unreadable' });
});

test('P3: a mutated file gives tensors or corrupt-file, quickly', async () => {
  const original = freshPath();
  const tensors = new Map([
    ['encoder.weight', { shape: [4, 2], data: new Float32Array(8).fill(0.25) }],
    ['decoder.bias', { shape: [4], data: new Float32Array(4) }],
  ]);
  await writeSafetensors(original, tensors, new Map([['format', 'pt']]));
  const bytes = await readFile(original);
  const mutated = freshPath();
  const edit = fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom('set', 'insert', 'cut'), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      let copy = Buffer.from(bytes);
      for (const [at, kind, value] of edits) {
        if (kind === 'set') copy.writeUInt8(value, Math.min(at, copy.length - 1));
        else if (kind === 'insert')
          copy = Buffer.concat([copy.subarray(0, at), Buffer.of(value), copy.subarray(at)]);
        else copy = copy.subarray(0, Math.max(1, at));
      }
      await writeFile(mutated, copy);
      const started = performance.now();
      const outcome = await readSafetensors(mutated).catch((error: unknown) => error);
      assert.ok(performance.now() - started < 1000);
      if (outcome instanceof Error) {
        assert.ok(outcome instanceof UlmfitError && outcome.code === 'corrupt-file', String(outcome));
      }
    }),
    { seed: 20240607, numRuns: 1500 },
  );
});
