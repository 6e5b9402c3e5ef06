import { bitsOfWords } from './keptBitsProgram';
import type { StreamKey } from '../random';

/**
 * One bit for each element of a mask, 1 where it is kept, that is where word j of the stream `key` is at least
 * rate·2³²: the same as `dropoutMask` in ops/dropout.ts.
 */
export function keptBits(length: number, rate: number, key: StreamKey): Int32Array {
  const bits = new Int32Array(Math.ceil(length / 32));
  // Words are compared as signed numbers: both sides lose 2³¹.
  const threshold = (Math.floor(rate * 2 ** 32) - 2 ** 31) | 0;
  new Uint8Array(bits.buffer).set(bitsOfWords(key, threshold, Math.ceil(length / 8)));
  return bits;
}

/** `out[j] = x[j]·factor` where bit j is set, else 0. */
export function applyKeptBits(x: Float32Array, bits: Int32Array, factor: number, out: Float32Array): void {
  // A table instead of a condition: no processor can foresee random bits. Rounded as a float32 mask would hold it.
  const factors = Float64Array.of(0, Math.fround(factor));
  const length = x.length;
  for (let j = 0; j < length; j += 32) {
    let word = bits[j >>> 5] ?? 0;
    const end = Math.min(length, j + 32);
    for (let i = j; i < end; i++) {
      out[i] = (x[i] ?? 0) * (factors[word & 1] ?? 0);
      word >>>= 1;
    }
  }
}
