import type { StreamKey } from '../random';

/*
 * Threefry-2x32 (random.ts) for four counters at a time, as a WebAssembly program with 128-bit vectors: a training step of a
 * full-sized language model draws 11 million words for weight dropout, which take JavaScript a tenth of a second.
 * The program is put together here, instruction by instruction (webassembly.github.io/spec/core/binary).
 */

/** What the type declarations of Node leave out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

interface Program {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Writes a byte for every four pairs of words, one bit a word, from address 0. */
  readonly bits: (key0: number, key1: number, threshold: number, bytes: number) => void;
}

const pageBytes = 2 ** 16;
let program: Program | undefined;

/** One bit for each of `8·bytes` words of the stream: 1 where the word is at least `threshold`, both less 2³¹. */
export function bitsOfWords([key0, key1]: StreamKey, threshold: number, bytes: number): Uint8Array {
  program ??= new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports as unknown as Program;
  const missing = bytes - program.memory.buffer.byteLength;
  if (missing > 0) program.memory.grow(Math.ceil(missing / pageBytes));
  program.bits(key0, key1, threshold, bytes);
  return new Uint8Array(program.memory.buffer, 0, bytes);
}

type Code = readonly number[];

const i32 = 0x7f;
const v128 = 0x7b;
const empty = 0x40;

/** Parameters first, then what the function declares. */
const locals = { key0: 0, key1: 1, threshold: 2, bytes: 3, at: 4, x0: 5, x1: 6, counter: 7 };
const keyVectors = [8, 9, 10] as const;
const thresholdVector = 11;

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const constant = (value: number): Code => [0x41, ...signed(value)];
const end: Code = [0x0b];
const vector = (operation: number): Code => [0xfd, ...unsigned(operation)];
const splat = vector(0x11);
const add = vector(0xae);
const shiftLeft = vector(0xab);
const shiftRight = vector(0xad);
const or = vector(0x50);
const exclusiveOr = vector(0x51);
const atLeast = vector(0x3f);
const narrow = vector(0x85);
const bitmask = vector(0x84);
const constantVector = (lanes: readonly number[]): Code => [
  ...vector(0x0c),
  ...new Uint8Array(Int32Array.from(lanes).buffer),
];
/** Lanes 0–3 are those of the first operand, 4–7 those of the second. */
const shuffle = (lanes: readonly number[]): Code => [
  ...vector(0x0d),
  ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];

/** The rotations of Threefry-2x32, in groups of four rounds. */
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

function bitsFunction(): Code {
  const { key0, key1, threshold, bytes, at, x0, x1, counter } = locals;
  const parity = 0x1bd11bda;
  const round = (by: number): Code => [
    ...[...get(x0), ...get(x1), ...add, ...set(x0)],
    ...[...get(x1), ...constant(by), ...shiftLeft],
    ...[...get(x1), ...constant(32 - by), ...shiftRight],
    ...[...or, ...get(x0), ...exclusiveOr, ...set(x1)],
  ];
  const addKeys = (group: number): Code => [
    ...[...get(x0), ...get(keyVectors[group % 3] ?? 0), ...add, ...set(x0)],
    ...[...get(x1), ...get(keyVectors[(group + 1) % 3] ?? 0), ...add],
    ...[...constant(group), ...splat, ...add, ...set(x1)],
  ];
  const sign = [...constant(-(2 ** 31)), ...splat];
  const isKept = (word: number): Code => [
    ...[...get(word), ...sign, ...exclusiveOr, ...get(thresholdVector), ...atLeast, ...set(word)],
  ];
  const pairwise = (lanes: readonly number[]): Code => [...get(x0), ...get(x1), ...shuffle(lanes)];
  return [
    ...[...get(key0), ...splat, ...set(keyVectors[0])],
    ...[...get(key1), ...splat, ...set(keyVectors[1])],
    ...[...get(keyVectors[0]), ...get(keyVectors[1]), ...exclusiveOr],
    ...[...constant(parity), ...splat, ...exclusiveOr, ...set(keyVectors[2])],
    ...[...get(threshold), ...splat, ...set(thresholdVector)],
    ...[...constantVector([0, 1, 2, 3]), ...set(counter)],
    ...[0x03, empty], // loop
    ...[...get(counter), ...get(keyVectors[0]), ...add, ...set(x0)],
    ...[...get(keyVectors[1]), ...set(x1)],
    ...[1, 2, 3, 4, 5].flatMap((group) => [
      ...(rotations[(group - 1) % 2] ?? []).flatMap(round),
      ...addKeys(group),
    ]),
    ...[...isKept(x0), ...isKept(x1)],
    // Words in their order, narrowed to 16 bits each, of which a bitmask takes the highest.
    ...[...get(at), ...pairwise([0, 4, 1, 5]), ...pairwise([2, 6, 3, 7]), ...narrow, ...bitmask],
    ...[0x3a, 0x00, 0x00], // i32.store8
    ...[...get(counter), ...constant(4), ...splat, ...add, ...set(counter)],
    ...[...get(at), ...constant(1), 0x6a, 0x22, at], // i32.add, local.tee
    ...[...get(bytes), 0x49, 0x0d, 0x00], // i32.lt_u, br_if
    ...end,
    ...end,
  ];
}

function moduleBytes(): Uint8Array {
  const counted = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const declared = [[1, i32] as const, [7, v128] as const];
  const body = [...counted(declared), ...bitsFunction()];
  const exported = (name: string, kind: number): Code => [name.length, ...Buffer.from(name), kind, 0];
  return Uint8Array.from([
    ...Buffer.from('\0asm'),
    ...[1, 0, 0, 0],
    ...section(1, counted([[0x60, ...counted([[i32], [i32], [i32], [i32]]), 0]])),
    ...section(3, counted([[0]])),
    ...section(5, counted([[0x00, 1]])),
    ...section(7, counted([exported('memory', 2), exported('bits', 0)])),
    ...section(10, counted([[...unsigned(body.length), ...body]])),
  ]);
}

/** LEB128, as WebAssembly writes numbers. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
