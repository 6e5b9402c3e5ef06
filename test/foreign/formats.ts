import { gzipSync } from 'node:zlib';
import type { RandomStream } from '../../src/random';
import { MemorySource } from '../../src/store/byteSource';
import { readForeignSource } from '../../src/store/foreign/readSource';
import { readVocabFile } from '../../src/store/foreign/vocabFile';
import { readSafetensorsFrom } from '../../src/store/safetensors';
import { mutated } from './mutate';
import { call, dict, global, int, list, none, pickle, text, tuple } from './pickleBytes';
import { tarBytes } from './tarBytes';
import { floats, stateDict, storagesOf, tinyEncoder, torchLegacy, torchZip } from './torchBytes';
import { zip64Bytes, zipBytes } from './zipBytes';

/** A kind of file, whole ones of it, and what reads them. */
export interface Format {
  readonly name: string;
  readonly samples: readonly Buffer[];
  /** How many times the file's bytes may come out of it as numbers. */
  readonly expansion: number;
  /** The bytes of numbers that came out. */
  read(bytes: Uint8Array): Promise<number>;
  /**
   * A damaged file whose checksums are right, so that what lies behind them is tried too; the bytes as they are where
   * the format has none.
   */
  deeper(sample: number, random: RandomStream): Buffer;
}

const words = pickle(list(text('xxunk'), text('xxpad')));
const optimizer = dict(
  [text('state'), dict([int(0), dict([text('step'), int(3)], [text('exp_avg'), none])])],
  [text('groups'), list(tuple(int(1), int(2)))],
);
const bare = stateDict(tinyEncoder);
const withOptimizer = dict([text('model'), bare], [text('opt'), optimizer]);
const legacyRoot = stateDict(tinyEncoder, true);
const storages = storagesOf(tinyEncoder);
const wholeLearner = dict(
  [text('model'), call(global('collections', 'OrderedDict'), tuple(list(tuple(text('a'), int(1)))))],
  [
    text('data'),
    Buffer.concat([
      global('fastai.text.transform', 'Vocab'),
      tuple(),
      Buffer.from([0x81]),
      dict([text('itos'), list(text('a'))]),
      Buffer.from('b'),
    ]),
  ],
);
const roots = [bare, withOptimizer, wholeLearner];

const legacyFiles = [
  torchLegacy(legacyRoot, storages),
  torchLegacy(dict([text('model'), legacyRoot]), storages),
];
const [weights] = legacyFiles;
if (!weights) throw new Error('There is no sample.');
const members = [
  { name: 'model/lstm.pth', bytes: weights },
  { name: 'model/itos.pkl', bytes: words },
];
const longName = { name: '././@LongLink', type: 'L', bytes: Buffer.from(`${'f/'.repeat(60)}itos.pkl\0`) };
const tars = [tarBytes(members), tarBytes([members[0] ?? longName, longName, { name: 'x', bytes: words }])];
const zips = [
  zipBytes(members.map((member) => ({ ...member, deflate: true }))),
  zipBytes(members),
  zip64Bytes(members),
];
const safetensors = safetensorsBytes();
const itos = [
  words,
  pickle(tuple(list(text('a'), text('b')), list(text('c')))),
  Buffer.from('8004950e000000000000005d94288c0161948c016294652e', 'hex'),
];

async function readModel(bytes: Uint8Array): Promise<number> {
  const { tensors } = await readForeignSource(new MemorySource('fuzzed', bytes));
  return [...tensors.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
}

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('There is no sample.');
  return item;
}

export const formats: readonly Format[] = [
  {
    name: 'pickled words',
    expansion: 0,
    samples: itos,
    read: async (bytes) => {
      await readVocabFile(new MemorySource('fuzzed', bytes));
      return 0;
    },
    deeper: (sample, random) => mutated(pick(itos, sample), random),
  },
  {
    name: 'torch legacy file',
    expansion: 3,
    samples: legacyFiles,
    read: readModel,
    // The first pickles and the numbers left whole, so that all of it reaches the state dict.
    deeper: (sample, random) =>
      torchLegacy(unpickled(mutated(pickle(pick([legacyRoot], sample)), random)), storages),
  },
  {
    name: 'torch zip file',
    expansion: 3,
    samples: [torchZip(bare, storages), torchZip(withOptimizer, storages)],
    read: readModel,
    deeper: (sample, random) => torchZip(unpickled(mutated(pickle(pick(roots, sample)), random)), storages),
  },
  {
    name: 'tar',
    expansion: 3,
    samples: tars,
    read: readModel,
    deeper: (sample, random) => withTarChecksums(mutated(pick(tars, sample), random)),
  },
  {
    name: 'tgz',
    expansion: 30,
    samples: tars.map((tar) => gzipSync(tar)),
    read: readModel,
    deeper: (sample, random) => gzipSync(withTarChecksums(mutated(pick(tars, sample), random)), { level: 1 }),
  },
  {
    name: 'zip',
    expansion: 30,
    samples: zips,
    read: readModel,
    deeper: (_, random) =>
      zipBytes(members.map((member) => ({ ...member, bytes: mutated(member.bytes, random) }))),
  },
  {
    name: 'safetensors',
    expansion: 3,
    samples: [safetensors],
    read: async (bytes) => {
      const { tensors } = await readSafetensorsFrom(new MemorySource('fuzzed', bytes));
      return [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    },
    deeper: (_, random) => withHeaderLength(mutated(safetensors, random)),
  },
];

/** The inside of what `pickle` made, whatever became of its frame. */
function unpickled(bytes: Buffer): Buffer {
  return bytes.subarray(2, -1);
}

/** Every block that looks like a header gets the checksum it should have. */
function withTarChecksums(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (!block.subarray(257, 262).equals(Buffer.from('ustar'))) continue;
    block.write('        ', 148);
    const sum = block.reduce((total, value) => total + value, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return bytes;
}

function withHeaderLength(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf('}}') + 2;
  if (end > 8 && bytes.length >= 8) bytes.writeBigUInt64LE(BigInt(end - 8));
  return bytes;
}

function safetensorsBytes(): Buffer {
  let position = 0;
  const lines = tinyEncoder.map(({ name, elements, shape }) => {
    const begin = position;
    position += 4 * Number(elements);
    return `${JSON.stringify(name)}:{"dtype":"F32","shape":[${shape.join(',')}],"data_offsets":[${begin},${position}]}`;
  });
  const header = Buffer.from(`{"__metadata__":{"format":"pt"},${lines.join(',')}}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, floats(position / 4)]);
}
