import { annealCosine } from './annealing';

/** What the optimiser is set to for one iteration. */
export interface HyperParameters {
  /** Learning rate of each layer group, lowest first. */
  readonly lr: readonly number[];
  /** β1 of Adam. */
  readonly momentum: number;
}

/** The hyper-parameters of every iteration of a fit; the first is 0. */
export type Schedule = (iteration: number) => HyperParameters;

export interface OneCycleOptions {
  /** β1 at both ends and at the peak. */
  readonly moms?: readonly [number, number];
  /** The peak rate over the first. */
  readonly divFactor?: number;
  /** The share of iterations on which the rate rises. */
  readonly pctStart?: number;
  /** The peak rate over the last. */
  readonly finalDiv?: number;
}

/**
 * The one-cycle policy (Smith 2018) as fastai 1.0.61 runs it (callbacks/one_cycle.py): rates rise by a cosine from
 * peak/25 over the first 30 % and fall to peak/250,000, β1 the other way. The last value comes after the last batch
 * and trains nothing.
 * @param peaks the highest rate of each layer group
 */
export function oneCycleSchedule(
  iterations: number,
  peaks: readonly number[],
  { moms = [0.95, 0.85], divFactor = 25, pctStart = 0.3, finalDiv = divFactor * 1e4 }: OneCycleOptions = {},
): Schedule {
  const firstPart = Math.floor(iterations * pctStart);
  // fastai gives an empty part one step.
  const rising = Math.max(firstPart, 1);
  const falling = Math.max(iterations - firstPart, 1);
  return (iteration) => {
    if (iteration <= rising) {
      const fraction = iteration / rising;
      return {
        lr: peaks.map((peak) => annealCosine(peak / divFactor, peak, fraction)),
        momentum: annealCosine(moms[0], moms[1], fraction),
      };
    }
    const fraction = (iteration - rising) / falling;
    return {
      lr: peaks.map((peak) => annealCosine(peak, peak / finalDiv, fraction)),
      momentum: annealCosine(moms[1], moms[0], fraction),
    };
  };
}

/** fastai's plain `fit`: everything stays as it is. */
export function constantSchedule(lr: readonly number[], momentum = 0.9): Schedule {
  return () => ({ lr, momentum });
}
