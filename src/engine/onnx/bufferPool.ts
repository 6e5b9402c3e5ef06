/** What returned buffers may hold together before the oldest are let go, in bytes. */
const keptBytes = 2 ** 30;
/** Smaller arrays come from the heap, which is as fast. */
const smallestPooled = 2 ** 14;
/** How much larger than needed a buffer may be. */
const largestExcess = 1.5;

/**
 * Large buffers for the numbers of tensors, used again and again: a fresh one costs a page fault for every 4 KB at
 * its first use and the garbage collector's attention, which together took a tenth of a training step.
 *
 * A buffer comes back only where nobody else can see it any more. Callers see the memory itself through `dataSync()`,
 * and a slice is a view of the tensor it was cut from, so a buffer is `release`d, that is left to the garbage
 * collector, once it has been read or belongs to a second tensor.
 */
export class BufferPool {
  /** Lent buffers, and whether a tensor owns them already. */
  readonly #lent = new WeakMap<ArrayBufferLike, { owned: boolean }>();
  #free: ArrayBuffer[] = [];
  readonly #scratch = new Map<string, Float32Array>();

  /** An array of `length` floats with arbitrary contents. */
  take(length: number): Float32Array {
    if (length < smallestPooled) return new Float32Array(length);
    const needed = length * Float32Array.BYTES_PER_ELEMENT;
    let best = -1;
    let bestBytes = needed * largestExcess;
    for (let i = 0; i < this.#free.length; i++) {
      const size = this.#free[i]?.byteLength ?? 0;
      if (size >= needed && size < bestBytes) {
        best = i;
        bestBytes = size;
      }
    }
    const buffer = best >= 0 ? this.#free.splice(best, 1)[0] : undefined;
    const array = new Float32Array(buffer ?? new ArrayBuffer(needed), 0, length);
    this.#lent.set(array.buffer, { owned: false });
    return array;
  }

  /** Notes that `array` has become the numbers of a new tensor. */
  own({ buffer }: Float32Array): void {
    const state = this.#lent.get(buffer);
    if (state?.owned) this.#lent.delete(buffer);
    else if (state) state.owned = true;
  }

  /** Leaves the memory of `array` to whoever has seen it. */
  release({ buffer }: Float32Array): void {
    this.#lent.delete(buffer);
  }

  /** Takes back what `take` gave and nobody has seen since; anything else is ignored. */
  giveBack({ buffer }: Float32Array): void {
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
