import { type StreamKey, streamKey, threefry2x32 } from '../random';

/** Hands out a fresh key for each dropout mask of a run; `counter` is all that a checkpoint must keep. */
export class DropoutKeys {
  readonly #key: StreamKey;
  readonly #words = new Uint32Array(2);

  constructor(
    seed: number,
    public counter = 0,
  ) {
    this.#key = streamKey(seed, 'dropout');
  }

  next(): StreamKey {
    threefry2x32(this.#key, this.counter >>> 0, Math.floor(this.counter / 2 ** 32), this.#words, 0);
    this.counter++;
    return [this.#words[0] ?? 0, this.#words[1] ?? 0];
  }
}
