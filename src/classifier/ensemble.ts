import type { Classifier, Fields, PredictOptions, Probabilities, TokenWeights } from './classifier';

export interface EnsembleMember {
  readonly classifier: Classifier;
  /** Its share of the answer; all shares add up to 1. */
  readonly weight: number;
}

/**
 * Several classifiers of the same classes that answer as one: with the weighted mean of their probabilities (Howard &
 * Ruder 2018 §4.2, for a forward and a backward one with equal weights).
 */
export class Ensemble implements Classifier {
  readonly classes: readonly string[];

  constructor(readonly members: readonly [EnsembleMember, ...EnsembleMember[]]) {
    this.classes = members[0].classifier.classes;
  }

  /** Members that all count the same. */
  static ofEqual([first, ...others]: readonly [Classifier, ...Classifier[]]): Ensemble {
    const weight = 1 / (others.length + 1);
    return new Ensemble([
      { classifier: first, weight },
      ...others.map((classifier) => ({ classifier, weight })),
    ]);
  }

  async predict(texts: readonly Fields[], options: PredictOptions = {}): Promise<Probabilities[]> {
    const sums = texts.map(() => new Float32Array(this.classes.length));
    for (const [place, { classifier, weight }] of this.members.entries()) {
      const answers = await classifier.predict(texts, {
        ...options,
        ...this.#progress(place, texts, options),
      });
      answers.forEach((answer, row) => {
        const sum = sums[row];
        answer.forEach((probability, index) => {
          if (sum) sum[index] = (sum[index] ?? 0) + weight * probability;
        });
      });
    }
    return sums;
  }

  /** The mean of the weights of those members that can explain; a token that a member does not look at weighs nothing with it. */
  async explain(text: Fields, classIndex: number): Promise<TokenWeights> {
    const parts: (TokenWeights & { share: number })[] = [];
    for (const { classifier, weight } of this.members) {
      const part = await classifier.explain?.(text, classIndex);
      if (part) parts.push({ ...part, share: weight });
    }
    const [first] = parts;
    if (!first) return { tokens: [], weights: new Float32Array(), start: 0, end: 0 };
    return {
      tokens: first.tokens,
      weights: first.weights.map((_, t) =>
        parts.reduce((sum, { weights, share }) => sum + share * (weights[t] ?? 0), 0),
      ),
      start: Math.min(...parts.map(({ start }) => start)),
      end: Math.max(...parts.map(({ end }) => end)),
    };
  }

  dispose(): void {
    for (const { classifier } of this.members) classifier.dispose();
  }

  /** A text is done when the last member has read it; until then progress is told in shares. */
  #progress(place: number, texts: readonly Fields[], { onProgress }: PredictOptions): PredictOptions {
    if (!onProgress) return {};
    const count = this.members.length;
    return {
      onProgress: (done) => {
        onProgress(Math.floor((place * texts.length + done) / count));
      },
    };
  }
}
