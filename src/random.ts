/**
 * Counter-based random numbers: the n-th number of a stream is a function of (seed, stream, n) alone, so a run is a
 * function of its seed, a dropout mask can be made again instead of stored, and a checkpoint needs no generator state
 * beyond a counter.
 *
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"), the generator
 * that JAX uses: additions, rotations and exclusive-ors only, which 32-bit integers in JavaScript do exactly.
 */

/** Two unsigned 32-bit words that name a stream. */
export type StreamKey = readonly [number, number];

const parity = 0x1bd11bda;

/** Writes the two output words for counter `(counter0, counter1)` under `key` to `out[at]` and `out[at + 1]`. */
// prettier-ignore
export function threefry2x32(
  key: StreamKey,
  counter0: number,
  counter1: number,
  out: Uint32Array,
  at: number,
): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = parity ^ k0 ^ k1;
  let x0 = (counter0 + k0) | 0;
  let x1 = (counter1 + k1) | 0;
  // Five groups of four rounds; after each, the next pair of key words is added (unrolled: this is a hot loop).
  x0 = (x0 + x1) | 0; x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k1) | 0; x1 = (x1 + k2 + 1) | 0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k2) | 0; x1 = (x1 + k0 + 2) | 0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k0) | 0; x1 = (x1 + k1 + 3) | 0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k1) | 0; x1 = (x1 + k2 + 4) | 0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0; x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k2) | 0; x1 = (x1 + k0 + 5) | 0;
  out[at] = x0;
  out[at + 1] = x1;
}

/** The key of the stream `name` of a run with `seed`; different names never share numbers. */
export function streamKey(seed: number, name: string): StreamKey {
  // FNV-1a spreads the name over 32 bits; Threefry then mixes it with the seed.
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  const words = new Uint32Array(2);
  threefry2x32([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], hash >>> 0, name.length, words, 0);
  return [words[0] ?? 0, words[1] ?? 0];
}

/** A reader of one stream that remembers how far it has read; `position` is all a checkpoint must keep. */
export class RandomStream {
  readonly #words = new Uint32Array(2);

  constructor(
    readonly key: StreamKey,
    public position = 0,
  ) {}

  static named(seed: number, name: string): RandomStream {
    return new RandomStream(streamKey(seed, name));
  }

  /** The next number, uniform in [0, 1) with 53 bits. */
  uniform(): number {
    threefry2x32(this.key, this.position >>> 0, Math.floor(this.position / 2 ** 32), this.#words, 0);
    this.position++;
    return ((this.#words[0] ?? 0) * 0x20_0000 + ((this.#words[1] ?? 0) >>> 11)) / 2 ** 53;
  }

  /** A whole number, uniform in 0 … bound − 1. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A new array with the items in random order (Fisher–Yates). */
  shuffled<T>(items: Iterable<T>): T[] {
    const order = Array.from(items);
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i] as T;
      order[i] = order[j] as T;
      order[j] = kept;
    }
    return order;
  }
}
