import { type LearningRate, slice } from './learningRate';

/** One fit of a training: which layer groups learn, for how long and how fast. */
export interface TrainingPhase {
  readonly name: string;
  /** The first layer group that learns; negative counts from the top. */
  readonly freezeTo: number;
  readonly epochs: number;
  readonly lr: LearningRate;
  readonly moms: readonly [number, number];
}

/** What ULMFiT's recipes anneal β1 between. */
const moms = [0.8, 0.7] as const;

export interface LanguageModelRecipe {
  /** Whether the weights were trained on other texts before. */
  readonly pretrained: boolean;
  readonly epochs: number;
  readonly lr: number;
  readonly unfreezeEpochs?: number | undefined;
  readonly unfreezeLr?: number | undefined;
}

/**
 * A pretrained language model first learns its embedding and decoder alone, then everything at a tenth of the rate
 * (fastai examples/ULMFit.ipynb). One from scratch has nothing to protect: everything learns at once.
 */
export function languageModelRecipe(recipe: LanguageModelRecipe): TrainingPhase[] {
  const { pretrained, epochs, lr, unfreezeEpochs = pretrained ? epochs : 0, unfreezeLr = lr / 10 } = recipe;
  const first = pretrained
    ? { name: 'embedding and decoder', freezeTo: -1, epochs, lr, moms }
    : { name: 'all layers', freezeTo: 0, epochs, lr, moms };
  const second = {
    name: pretrained ? 'all layers' : 'all layers, slower',
    freezeTo: 0,
    epochs: unfreezeEpochs,
    lr: unfreezeLr,
    moms,
  };
  return [first, second].filter((phase) => phase.epochs > 0);
}

export interface ClassifierRecipe {
  /** Epochs of each phase; the last given holds for the phases after it. */
  readonly epochs?: readonly number[] | undefined;
  /** Peak rate of each phase; one alone is halved from phase to phase. */
  readonly lr?: readonly number[] | undefined;
  readonly batchesPerEpoch: number;
}

/** Each layer group learns at this fraction of the rate of the one above it (Howard & Ruder 2018 §3.2). */
const groupFactor = 2.6;

/**
 * Gradual unfreezing (Howard & Ruder 2018 §3.3; phases and slices of fastai examples/ULMFit.ipynb): the head, the last
 * two layer groups, the last three, all.
 */
export function classifierRecipe({ epochs, lr, batchesPerEpoch }: ClassifierRecipe): TrainingPhase[] {
  // An epoch of few texts has few steps; a phase needs some sixty to get anywhere.
  const repeats = Math.min(Math.max(Math.ceil(60 / batchesPerEpoch), 1), 6);
  const lengths = epochs ?? [1, 1, 1, 2].map((length) => length * repeats);
  const [peak = 2e-2] = lr ?? [];
  const rates = lr !== undefined && lr.length > 1 ? lr : [peak, peak / 2, peak / 4, peak / 4];
  const phases = [
    { name: 'head', freezeTo: -1 },
    { name: 'last two layer groups', freezeTo: -2 },
    { name: 'last three layer groups', freezeTo: -3 },
    { name: 'all layers', freezeTo: 0 },
  ];
  return phases
    .map(({ name, freezeTo }, index) => {
      const rate = rates[Math.min(index, rates.length - 1)] ?? peak;
      return {
        name,
        freezeTo,
        epochs: lengths[Math.min(index, lengths.length - 1)] ?? 0,
        lr: index === 0 ? rate : slice(rate / groupFactor ** 4, rate),
        moms,
      };
    })
    .filter((phase) => phase.epochs > 0);
}

/**
 * Rows side by side in a language model's batch: as many as leave some thirty steps an epoch, between 8 and 64.
 */
export function languageModelBatchSize(tokens: number, bptt: number): number {
  const rows = 2 ** Math.floor(Math.log2(Math.max(tokens / (bptt * 30), 1)));
  return Math.min(Math.max(rows, 8), 64);
}
