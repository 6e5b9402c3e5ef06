/** A text as its columns, in their order: most texts have one. */
export type Fields = readonly string[];

/** The probability of each class, in the classifier's order. */
export type Probabilities = Float32Array;

export interface PredictOptions {
  /** Texts computed together; the answers do not depend on it. */
  readonly bs?: number;
  /** Called with the number of texts done. */
  readonly onProgress?: (done: number) => void;
  /** Asked between two batches. */
  readonly shouldStop?: () => boolean;
}

/** What the tokens of a text had to do with the probability of one class. */
export interface TokenWeights {
  /** Of the whole text, its markers among them. */
  readonly tokens: readonly string[];
  /** One for each token, not negative; 0 outside of the part that the classifier looks at. */
  readonly weights: Float32Array;
  /** The tokens `start ≤ t < end` were looked at. */
  readonly start: number;
  readonly end: number;
}

/**
 * Whatever gives texts their classes. Classifying, evaluating, explaining and all who show that know nothing else of a
 * model, so a further kind of model is a further implementation.
 */
export interface Classifier {
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  /**
   * @returns for each text, in order, its probabilities; each gets the answer that it would get alone
   * @throws {UlmfitError} `cancelled` where `shouldStop` said so
   */
  predict(texts: readonly Fields[], options?: PredictOptions): Promise<Probabilities[]>;
  /** @param classIndex whose probability is explained */
  explain?(text: Fields, classIndex: number): Promise<TokenWeights>;
  /** Frees what it holds. */
  dispose(): void;
}
