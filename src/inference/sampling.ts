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
 * `xxunk`, without what is below `minP`, to the power of 1 / temperature; here they sum to 1, and are made from the
 * logits, so that neither a low temperature nor an overwhelming `xxunk` leaves nothing but zeros.
 */
export function samplingWeights(
  logits: ArrayLike<number>,
  { temperature = 1, minP, noUnk = true }: SamplingOptions = {},
): Float64Array {
  const chosen = Float64Array.from(logits);
  if (noUnk) chosen[unkId] = -Infinity;
  if (minP !== undefined) {
    const probabilities = softmax(logits);
    const isLikely = (id: number) => (probabilities[id] ?? 0) >= minP && !(noUnk && id === unkId);
    const likely = chosen.map((logit, id) => (isLikely(id) ? logit : -Infinity));
    if (likely.some((logit) => logit > -Infinity)) return softmax(likely, temperature);
  }
  return softmax(chosen, temperature);
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

export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i] ?? -Infinity);
  // The difference first: a logit over a tiny temperature would overflow.
  const exponentials = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
