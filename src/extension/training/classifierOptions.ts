import type { ClassWeighting, TrainClassifierInput } from '../../options/classifier';

/** What the settings say about every classifier; an empty list leaves the choice to the trainer. */
export interface ClassifierDefaults {
  readonly epochs: readonly number[];
  readonly lr: readonly number[];
  readonly classWeights: ClassWeighting;
  readonly dropMult: number;
  readonly seed: number;
}

/** What is asked in the wizard of a classifier. */
export interface ClassifierAnswers {
  readonly name: string;
  readonly encoder: string;
  readonly data: readonly string[];
  /** Empty for texts without columns. */
  readonly text: readonly string[];
  /** Absent where the labels are the names of folders. */
  readonly label?: string | undefined;
  /** The setting's if absent. */
  readonly classWeights?: ClassWeighting | undefined;
}

/** The request that answers and settings make together. */
export function classifierOptions(
  { name, encoder, data, text, label, classWeights }: ClassifierAnswers,
  { epochs, lr, dropMult, seed, ...defaults }: ClassifierDefaults,
): TrainClassifierInput {
  const weighting = classWeights ?? defaults.classWeights;
  return {
    name,
    encoder,
    data: [...data],
    ...(text.length > 0 ? { text: [...text] } : {}),
    ...(label === undefined ? {} : { label }),
    ...(epochs.length > 0 ? { epochs: [...epochs] } : {}),
    ...(lr.length > 0 ? { lr: [...lr] } : {}),
    ...(weighting === 'none' ? {} : { classWeights: weighting }),
    dropMult,
    seed,
  };
}
