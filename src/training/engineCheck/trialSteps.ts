import { LanguageModelBatches } from '../../data/languageModelBatches';
import { RandomStream } from '../../random';
import { languageModelConfig } from '../../model/awdLstmConfig';
import { LanguageModel } from '../../model/languageModel';
import type { NamedTensors } from '../../model/namedTensors';
import { LanguageModelTraining } from '../languageModelTraining';

/** What a few training steps of a small model came to. */
export interface TrialSteps {
  /** The cross-entropy of each step. */
  readonly losses: readonly number[];
  /** AdamW's first moment after the first step: the gradient of every variable, times 1 − β1. */
  readonly gradients: NamedTensors;
}

/** One step shows a wrong kernel; those after it show a wrong optimiser, a wrong hidden state, and a crash that comes late. */
export const trialStepCount = 4;

const [bs, bptt, vocabSize] = [4, 12, 64];

/**
 * Trains a small AWD-LSTM language model for a few steps on the engine in use, with all its dropouts. Everything in it
 * is a function of constants, so that two engines can be compared.
 * @param onStep called before the first and after each step
 */
export async function trialSteps(onStep: (step: number) => void = () => undefined): Promise<TrialSteps> {
  const random = RandomStream.named(1, 'engine check');
  const text = Int32Array.from({ length: bs * bptt * trialStepCount }, () => random.integer(vocabSize));
  const model = new LanguageModel({ ...languageModelConfig, embSz: 16, nHid: 24 }, vocabSize, 1);
  const train = new LanguageModelBatches([text], { bs, bptt });
  const learner = new LanguageModelTraining(model, train, undefined, { seed: 1 });
  const losses: number[] = [];
  let gradients: NamedTensors = new Map();
  try {
    onStep(0);
    const report = ({ loss, step }: { loss: number; step: number }) => {
      losses.push(loss);
      if (step === 1) gradients = firstMoments(learner.optimizer.readMoments());
      onStep(step);
    };
    await learner.fit(1, 1e-2, { callbacks: { onStep: report }, validate: false });
    return { losses, gradients };
  } finally {
    model.dispose();
    learner.optimizer.dispose();
  }
}

function firstMoments(moments: NamedTensors): NamedTensors {
  return new Map([...moments].filter(([name]) => name.startsWith('mean/')));
}
