import { UlmfitError } from '../errors';

/** A range of learning rates over the layer groups (Python's `slice` as fastai uses it). */
export interface LearningRateSlice {
  /** The lowest group's; left out, every group but the top one gets a tenth of `stop`. */
  readonly start?: number;
  /** The top group's. */
  readonly stop: number;
}

/** One rate for all layer groups, or a range: discriminative fine-tuning (Howard & Ruder 2018 §3.2). */
export type LearningRate = number | LearningRateSlice;

/** fastai's `slice(stop)` and `slice(start, stop)`. */
export function slice(startOrStop: number, stop?: number): LearningRateSlice {
  return stop === undefined ? { stop: startOrStop } : { start: startOrStop, stop };
}

/**
 * The learning rate of each layer group, lowest first (fastai basic_train.py `lr_range`): a range with a start is
 * geometric.
 * @throws {UlmfitError} `bad-setting` for a rate that is not a positive number
 */
export function expandLearningRate(rate: LearningRate, groups: number): number[] {
  const { start, stop } = typeof rate === 'number' ? { start: rate, stop: rate } : rate;
  for (const value of [start, stop]) {
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      throw new UlmfitError(
        'bad-setting',
        `A learning rate must be a positive number, not ${value}.`,
        'Give something like 0.01.',
      );
    }
  }
  return Array.from({ length: groups }, (_, group) => {
    if (group === groups - 1) return stop;
    return start === undefined ? stop / 10 : start * (stop / start) ** (group / (groups - 1));
  });
}
