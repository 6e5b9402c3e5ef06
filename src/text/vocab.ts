import { UlmfitError } from '../errors';
import { FAKE, specialTokens, unkId } from './specialTokens';

export interface VocabSettings {
  /** The most entries, the special tokens included; the filler up to a multiple of eight may pass it, as in fastai. */
  readonly maxVocab?: number;
  /** Words seen less often are left out. */
  readonly minFreq?: number;
}

/** Which token has which id, both ways (fastai 1.0.61, `text/transform.py`, `Vocab`). */
export class Vocab {
  readonly itos: readonly string[];
  /** A Map and not an object: `__proto__` and `constructor` are words like any other. */
  readonly #stoi: ReadonlyMap<string, number>;

  private constructor(itos: readonly string[]) {
    this.itos = itos;
    // A token that stands twice (the filler does) is found at its last place, as in fastai.
    this.#stoi = new Map(itos.map((token, id) => [token, id]));
  }

  get size(): number {
    return this.itos.length;
  }

  /** A vocabulary with exactly these entries, in this order. */
  static fromStrings(itos: Iterable<string>): Vocab {
    return new Vocab([...itos]);
  }

  /**
   * The most frequent tokens of the training texts, most frequent first, ties in the order they were first seen; the
   * special tokens come before them whatever their count.
   * @throws UlmfitError `bad-setting` when a setting is not a whole number of at least 1.
   */
  static create(tokenLists: Iterable<readonly string[]>, settings: VocabSettings = {}): Vocab {
    const { maxVocab = 60000, minFreq = 2 } = settings;
    requireCount('maxVocab', maxVocab);
    requireCount('minFreq', minFreq);
    const counts = new Map<string, number>();
    for (const tokens of tokenLists) {
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    // The sort is stable, so equal counts keep the order of the Map, which is the order of first sight. Special
    // tokens are taken out after the cut to maxVocab, so they use up places there, as in fastai.
    const special = new Set(specialTokens);
    const words = [...counts]
      .sort((a, b) => b[1] - a[1])
      .slice(0, maxVocab)
      .filter(([token, count]) => count >= minFreq && !special.has(token))
      .map(([token]) => token);
    const itos = [...specialTokens, ...words].slice(0, maxVocab);
    if (itos.length < maxVocab) while (itos.length % 8 !== 0) itos.push(FAKE);
    return new Vocab(itos);
  }

  /** The id of a token; 0 (`xxunk`) for one the vocabulary does not hold. */
  idOf(token: string): number {
    return this.#stoi.get(token) ?? unkId;
  }

  has(token: string): boolean {
    return this.#stoi.has(token);
  }

  numericalize(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, (token) => this.idOf(token));
  }

  /**
   * The tokens with these ids, joined.
   * @throws UlmfitError `vocab-mismatch` when an id is not one of this vocabulary.
   */
  textify(ids: Iterable<number>, sep = ' '): string {
    return this.tokensOf(ids).join(sep);
  }

  /** The tokens with these ids; throws like `textify`. */
  tokensOf(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => {
      const token = this.itos[id];
      if (token === undefined) {
        throw new UlmfitError(
          'vocab-mismatch',
          `There is no token with the id ${id}: this vocabulary has ${this.size} entries.`,
          'Use the vocabulary that was saved with the model.',
        );
      }
      return token;
    });
  }
}

function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new UlmfitError(
    'bad-setting',
    `${name} is ${value}, but it must be a whole number of at least 1.`,
    `Leave ${name} out to use the default.`,
  );
}
