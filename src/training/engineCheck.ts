import { LanguageModelBatches } from '../data/languageModelBatches';
import { type EngineChoice, useEngine } from '../engine/engines';
import { RandomStream } from '../engine/random';
import { languageModelConfig } from '../model/awdLstmConfig';
import { LanguageModel } from '../model/languageModel';
import { type NamedTensors, readVariables } from '../model/namedTensors';
import { LanguageModelTraining } from './languageModelTraining';

export interface EngineCheck {
  /** Relative difference of the loss to the reference's. */
  lossDifference: number;
  /** The largest difference of a weight after the step, relative to the largest weight of its tensor. */
  weightDifference: number;
  /** Tokens a second of the small model's training step. */
  tokensPerSecond: number;
  passed: boolean;
}

const lossTolerance = 1e-3;
const weightTolerance = 1e-2;

/**
 * Takes one real training step of a small model, dropout and all, on an engine and on the plain reference, and compares
 * loss and weights. The engine is in use afterwards.
 */
export async function checkEngine(engine: EngineChoice, threads?: number): Promise<EngineCheck> {
  const reference = await trainOneStep('reference');
  const ours = await trainOneStep(engine, threads);
  const lossDifference = Math.abs(ours.loss / reference.loss - 1);
  const weightDifference = largestDifference(ours.weights, reference.weights);
  return {
    lossDifference,
    weightDifference,
    tokensPerSecond: ours.tokensPerSecond,
    passed: lossDifference <= lossTolerance && weightDifference <= weightTolerance,
  };
}

async function trainOneStep(engine: EngineChoice, threads?: number) {
  await useEngine(engine, threads);
  const [bs, bptt, vocab] = [4, 12, 64];
  const random = RandomStream.named(1, 'engine check');
  const text = Int32Array.from({ length: bs * bptt }, () => random.integer(vocab));
  const model = new LanguageModel({ ...languageModelConfig, embSz: 16, nHid: 24 }, vocab, 1);
  const train = new LanguageModelBatches([text], { bs, bptt });
  const learner = new LanguageModelTraining(model, train, undefined, { seed: 1 });
  let loss = NaN;
  const onStep = (report: { loss: number }) => {
    loss = report.loss;
  };
  try {
    await learner.fit(1, 1e-2, { callbacks: { onStep } });
    const weights = readVariables(model.variables);
    const started = performance.now();
    await learner.fit(3, 1e-2);
    const tokensPerSecond = (3 * text.length * 1000) / (performance.now() - started);
    return { loss, weights, tokensPerSecond };
  } finally {
    model.dispose();
    learner.optimizer.dispose();
  }
}

function largestDifference(ours: NamedTensors, reference: NamedTensors): number {
  let worst = 0;
  for (const [name, { data }] of reference) {
    const other = ours.get(name)?.data;
    const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-12);
    data.forEach((value, i) => {
      worst = Math.max(worst, Math.abs((other?.[i] ?? NaN) - value) / largest);
    });
  }
  return worst;
}
