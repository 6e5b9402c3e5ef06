import { unkId } from '../text/specialTokens';

export interface SamplingOptions {
  /** Below 1 the likely words get likelier, above 1 less so. */
  readonly temperature?: number;
  /** Words less likely than this are not drawn, unless all are. */
  readonly minP?: number | undefined;
  /** Never draws `xxunk`. */
  readonly noUnk?: boolean;
}

/**
 * The weights that the next word is drawn with (fastai text/learner.py `LanguageLearner.predict`): probabilities without
 * `xxunk`, without what is below `minP`, to the power of 1 / temperature; here scaled to sum to 1, and so that a low
 * temperature does not underflow.
 */
export function samplingWeights(
  logits: ArrayLike<number>,
  { temperature = 1, minP, noUnk = true }: SamplingOptions = {},
): Float64Array {
  const weights = softmax(logits);
  if (noUnk) weights[unkId] = 0;
  if (minP !== undefined && weights.some((weight) => weight >= minP)) {
    for (let i = 0; i < weights.length; i++) if ((weights[i] ?? 0) < minP) weights[i] = 0;
  }
  const largest = weights.reduce((max, weight) => Math.max(max, weight), 0);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = ((weights[i] ?? 0) / largest) ** (1 / temperature);
    sum += weights[i] ?? 0;
  }
  return weights.map((weight) => weight / sum);
}

/** The index that a uniform number in [0, 1) falls on. */
export function draw(weights: ArrayLike<number>, uniform: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] ?? 0;
  let left = uniform * sum;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight <= 0) continue;
    last = i;
    left -= weight;
    if (left < 0) return i;
  }
  return last;
}

export function softmax(logits: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i] ?? -Infinity);
  const exponentials = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
