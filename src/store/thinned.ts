interface Kept<Item> {
  readonly place: number;
  readonly item: Item;
  readonly bytes: number;
}

/** What is kept of one kind: the first, then every first, second, fourth, … of them. */
interface Kind<Item> {
  kept: Kept<Item>[];
  last: { readonly place: number; readonly make: () => Item };
  seen: number;
  every: number;
  bytes: number;
}

export interface ThinnedSettings {
  /** Items of a kind that are kept; it may be twice as many. */
  readonly most: (kind: string) => number;
  /** Of everything that is kept, together, the last of each kind aside. */
  readonly mostBytes: number;
}

/** Kinds beyond these count as one. */
const mostKinds = 32;

/**
 * Keeps items in their order, of each kind evenly spaced ones, the first and the last among them: memory is bounded
 * however many are added. Below the bounds it keeps everything.
 */
export class Thinned<Item> {
  readonly #kinds = new Map<string, Kind<Item>>();
  #added = 0;
  #bytes = 0;

  constructor(private readonly settings: ThinnedSettings) {}

  /** @param make makes the item; called only where it is kept, at the latest by {@link items} */
  add(kindName: string, bytes: number, make: () => Item): void {
    const name = this.#kinds.has(kindName) || this.#kinds.size < mostKinds ? kindName : '';
    const last = { place: this.#added++, make };
    const kind = this.#kinds.get(name) ?? { kept: [], last, seen: 0, every: 1, bytes: 0 };
    this.#kinds.set(name, kind);
    kind.last = last;
    if (kind.seen++ % kind.every !== 0) return;
    kind.kept.push({ place: last.place, item: make(), bytes });
    kind.bytes += bytes;
    this.#bytes += bytes;
    if (kind.kept.length > 2 * this.settings.most(name)) this.#halve(kind);
    while (this.#bytes > this.settings.mostBytes) {
      const largest = this.#largest();
      if (!largest) break;
      this.#halve(largest);
    }
  }

  /** What is kept, in the order it was added. */
  items(): Item[] {
    const kept = [...this.#kinds.values()].flatMap(({ kept: each, last }) =>
      each.at(-1)?.place === last.place ? each : [...each, { place: last.place, item: last.make() }],
    );
    return kept.sort((a, b) => a.place - b.place).map(({ item }) => item);
  }

  #halve(kind: Kind<Item>): void {
    kind.kept = kind.kept.filter((_, index) => index % 2 === 0);
    kind.every *= 2;
    const bytes = kind.kept.reduce((sum, each) => sum + each.bytes, 0);
    this.#bytes += bytes - kind.bytes;
    kind.bytes = bytes;
  }

  /** Of the kinds that can be thinned the one with the most bytes. */
  #largest(): Kind<Item> | undefined {
    let largest: Kind<Item> | undefined;
    for (const kind of this.#kinds.values()) {
      if (kind.kept.length > 1 && kind.bytes > (largest?.bytes ?? 0)) largest = kind;
    }
    return largest;
  }
}
