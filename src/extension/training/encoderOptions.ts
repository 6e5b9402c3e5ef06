import type { TrainEncoderInput } from '../../options/languageModel';
import type { ModelShape, ModelSize } from './modelSizes';

/** What the settings say about every language model. */
export interface LanguageModelDefaults {
  readonly size: ModelSize;
  readonly epochs: number;
  readonly lr: number;
  readonly dropMult: number;
  readonly seed: number;
}

/** What is asked in the wizard of a language model. */
export interface LanguageModelAnswers {
  readonly name: string;
  readonly data: readonly string[];
  /** Empty for texts without columns. */
  readonly text: readonly string[];
  /** An encoder to start from, whose shape is taken over. */
  readonly pretrained?: string | undefined;
  readonly shape?: ModelShape | undefined;
  readonly epochs: number;
}

/** The request that answers and settings make together. */
export function encoderOptions(
  answers: LanguageModelAnswers,
  { lr, dropMult, seed }: LanguageModelDefaults,
): TrainEncoderInput {
  const { name, data, text, pretrained, shape, epochs } = answers;
  return {
    name,
    data: [...data],
    ...(text.length > 0 ? { text: [...text] } : {}),
    pretrained: pretrained ?? 'none',
    ...shape,
    epochs,
    lr,
    dropMult,
    seed,
  };
}
