import { readVariables, assignVariables } from '../model/namedTensors';
import { annealExponential } from './annealing';
import type { Learner } from './learner';
import { UlmfitError } from '../errors';

export interface LearningRateFinderOptions {
  readonly startLr?: number;
  readonly endLr?: number;
  /** How many steps to take. */
  readonly numIt?: number;
  /** Ends where the smoothed loss is four times the best. */
  readonly stopDiv?: boolean;
  readonly onStep?: (step: number, steps: number) => void;
  readonly shouldStop?: () => boolean;
}

export interface LearningRateCurve {
  lrs: number[];
  /** Smoothed losses, one for each rate. */
  losses: number[];
  /** Where the loss falls fastest (fastai's "min numerical gradient"); undefined for too short a curve. */
  suggestion: number | undefined;
  /** A tenth of the rate with the lowest loss. */
  minimumOverTen: number | undefined;
}

/**
 * Tries ever higher learning rates and records the loss (Smith 2015; fastai callbacks/lr_finder.py). The learner's
 * weights, optimiser and counters are as before afterwards.
 */
export async function findLearningRate<Batch>(
  learner: Learner<Batch>,
  {
    startLr = 1e-7,
    endLr = 10,
    numIt = 100,
    stopDiv = true,
    onStep,
    shouldStop,
  }: LearningRateFinderOptions = {},
): Promise<LearningRateCurve> {
  const before = rememberLearner(learner);
  const groups = learner.model.layerGroups.length;
  const lrs: number[] = [];
  const losses: number[] = [];
  let best = Infinity;
  let finished = false;
  const schedule = (iteration: number) => ({
    lr: new Array<number>(groups).fill(learningRateAt(iteration, numIt, startLr, endLr)),
    momentum: 0.9,
  });
  try {
    await learner.run(Math.ceil(numIt / learner.batchesPerEpoch), schedule, {
      callbacks: {
        onStep: ({ step, smoothedLoss }) => {
          lrs.push(learningRateAt(step - 1, numIt, startLr, endLr));
          losses.push(smoothedLoss);
          best = Math.min(best, smoothedLoss);
          finished = step >= numIt || (stopDiv && smoothedLoss > 4 * best);
          onStep?.(step, numIt);
        },
        shouldStop: () => finished || (shouldStop?.() ?? false),
      },
      validate: false,
    });
  } catch (error) {
    // A rate that is far too high ends the search; the curve up to there is what was asked for.
    if (!(error instanceof UlmfitError && error.code === 'loss-not-finite')) throw error;
  } finally {
    before.restore();
  }
  return { lrs, losses, ...suggestLearningRate(lrs, losses) };
}

/** The rate of iteration t: geometric from the first to the last. */
export function learningRateAt(iteration: number, numIt: number, startLr = 1e-7, endLr = 10): number {
  return annealExponential(startLr, endLr, iteration / numIt);
}

/** fastai's `Recorder.plot(suggestion=True)`: the steepest descent per step, first 10 and last 5 points left out. */
export function suggestLearningRate(
  lrs: readonly number[],
  losses: readonly number[],
  skipStart = 10,
  skipEnd = 5,
): Pick<LearningRateCurve, 'suggestion' | 'minimumOverTen'> {
  const rates = lrs.slice(skipStart, lrs.length - skipEnd);
  const values = losses.slice(skipStart, losses.length - skipEnd);
  if (values.length < 2) return { suggestion: undefined, minimumOverTen: undefined };
  const at = (index: number) => values[index] ?? 0;
  const last = values.length - 1;
  // numpy's gradient: central differences, one-sided at both ends.
  const slopes = values.map((_, i) => {
    if (i === 0) return at(1) - at(0);
    return i === last ? at(last) - at(last - 1) : (at(i + 1) - at(i - 1)) / 2;
  });
  const indexOfLeast = (numbers: readonly number[]) => numbers.indexOf(Math.min(...numbers));
  return {
    suggestion: rates[indexOfLeast(slopes)],
    minimumOverTen: (rates[indexOfLeast(values)] ?? 0) / 10,
  };
}

function rememberLearner<Batch>(learner: Learner<Batch>): { restore: () => void } {
  const weights = readVariables(learner.model.variables);
  const moments = learner.optimizer.readMoments();
  const { step } = learner.optimizer;
  const { counter } = learner.dropoutKeys;
  const { epochsStarted, position } = learner;
  return {
    restore: () => {
      assignVariables(learner.model.variables, weights);
      learner.optimizer.restoreMoments(moments);
      learner.optimizer.step = step;
      learner.dropoutKeys.counter = counter;
      learner.epochsStarted = epochsStarted;
      learner.position = position;
      learner.resetState();
    },
  };
}
