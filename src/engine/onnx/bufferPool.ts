/** What returned buffers may hold together before the oldest are let go, in bytes. */
const keptBytes = 512 * 2 ** 20;

/**
 * Large buffers that only kernels see, used again and again: a fresh one costs a page fault for every 4 KB at its
 * first use, which for the activations of an LSTM layer takes as long as a fifth of the layer itself.
 * Never for a tensor that callers can read: `dataSync()` hands out the memory itself, and it must not change later.
 */
export class BufferPool {
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #free: ArrayBuffer[] = [];
  readonly #scratch = new Map<string, Float32Array>();

  /** An array of `length` floats with arbitrary contents. */
  take(length: number): Float32Array {
    const needed = length * Float32Array.BYTES_PER_ELEMENT;
    let best = -1;
    let bestBytes = needed * 2 + 1;
    for (let i = 0; i < this.#free.length; i++) {
      const size = this.#free[i]?.byteLength ?? 0;
      if (size >= needed && size < bestBytes) {
        best = i;
        bestBytes = size;
      }
    }
    const buffer = best >= 0 ? this.#free.splice(best, 1)[0] : undefined;
    const array = new Float32Array(buffer ?? new ArrayBuffer(needed), 0, length);
    this.#lent.add(array.buffer);
    return array;
  }

  /** Takes back what `take` gave; anything else is ignored. */
  giveBack(array: Float32Array): void {
    const { buffer } = array;
    if (!(buffer instanceof ArrayBuffer) || !this.#lent.delete(buffer)) return;
    this.#free.push(buffer);
    let total = this.#free.reduce((sum, { byteLength }) => sum + byteLength, 0);
    while (total > keptBytes) total -= this.#free.shift()?.byteLength ?? total;
  }

  /** Working memory of the kernel `owner`: the same memory at every call, as large as the largest call needed. */
  scratch(owner: string, length: number): Float32Array {
    let array = this.#scratch.get(owner);
    if (!array || array.length < length) {
      array = new Float32Array(length);
      this.#scratch.set(owner, array);
    }
    return array.subarray(0, length);
  }

  clear(): void {
    this.#free = [];
    this.#scratch.clear();
  }
}
