import type { RandomStream } from '../../src/random';

/** Numbers that lengths, sizes and offsets break at. */
const breaking = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/**
 * A file with one to eight things changed: a bit, a byte, a number, a stretch left out, repeated, inserted or taken from
 * another place, the end cut off.
 */
export function mutated(original: Uint8Array, random: RandomStream): Buffer {
  let bytes = Buffer.from(original);
  const below = (limit: number) => random.integer(Math.max(1, limit));
  // Mostly one or two, so that much of the file stays as it was and is reached.
  for (let change = below(1 + below(8)); change >= 0; change--) {
    const at = below(bytes.length);
    const length = 1 + below(Math.min(64, bytes.length - at));
    switch (below(9)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        bytes[at] = below(256);
        break;
      case 2: {
        const size = [1, 2, 4][below(3)] ?? 1;
        const value = breaking[below(breaking.length)] ?? 0;
        if (at + size <= bytes.length) bytes.writeUIntLE(value % 2 ** (8 * size), at, size);
        break;
      }
      case 3: {
        const value = 2n ** BigInt(below(64)) - BigInt(below(2));
        if (at + 8 <= bytes.length) bytes.writeBigUInt64LE(value, at);
        break;
      }
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 6: {
        const inserted = Buffer.from(Array.from({ length }, () => below(256)));
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
        break;
      }
      case 7:
        bytes.copyWithin(below(bytes.length), at, at + length);
        break;
      default:
        // Seldom, since little of the file is left to look at then.
        if (below(8) === 0) bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}
