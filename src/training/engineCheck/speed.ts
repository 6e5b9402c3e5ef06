import * as tf from '@tensorflow/tfjs-core';
import { LanguageModelBatches } from '../../data/languageModelBatches';
import { RandomStream } from '../../random';
import { languageModelConfig } from '../../model/awdLstmConfig';
import { LanguageModel } from '../../model/languageModel';
import { LanguageModelTraining } from '../languageModelTraining';

/** What a step is as large as. */
export interface StepSizes {
  readonly embSz: number;
  readonly nHid: number;
  readonly nLayers: number;
  readonly vocab: number;
  readonly bs: number;
}

/** The sizes, for people and as a key. */
export function modelOf({ embSz, nHid, nLayers, vocab, bs }: StepSizes): string {
  return `${embSz}/${nHid}/${nLayers}, vocab ${vocab}, bs ${bs}`;
}

/** Time steps of the measured window: a third of the usual one costs a third, and the tokens a second hardly differ. */
const measuredBptt = 24;
const measuredSteps = 1;

/** Tokens a second of real training steps at these sizes on the engine in use; the first step, which builds kernels, is not counted. */
export async function measureTokensPerSecond(sizes: StepSizes): Promise<number> {
  const { embSz, nHid, nLayers, vocab, bs } = sizes;
  const random = RandomStream.named(1, 'engine speed');
  const length = bs * measuredBptt * (1 + measuredSteps);
  const text = Int32Array.from({ length }, () => random.integer(vocab));
  const model = new LanguageModel({ ...languageModelConfig, embSz, nHid, nLayers }, vocab, 1);
  const batches = new LanguageModelBatches([text], { bs, bptt: measuredBptt });
  const learner = new LanguageModelTraining(model, batches, undefined, { seed: 1 });
  const marks: number[] = [];
  const onStep = () => {
    marks.push(performance.now());
  };
  try {
    await learner.fit(1, 1e-3, { callbacks: { onStep }, validate: false });
  } finally {
    model.dispose();
    learner.optimizer.dispose();
  }
  const milliseconds = (marks.at(-1) ?? NaN) - (marks[0] ?? NaN);
  return (1000 * measuredSteps * bs * measuredBptt) / milliseconds;
}

/** A product as in the gates of an LSTM at ULMFiT's own size. */
const [inner, columns] = [1152, 4608];
const [fewRows, manyRows] = [64, 2048];
/** What takes so long for a few rows need not be tried with many. */
const slowMilliseconds = 100;

/** Multiplications and additions a second, in billions, of a large matrix product on the engine in use. */
export async function measureProductSpeed(): Promise<number> {
  const right = tf.fill<tf.Rank.R2>([inner, columns], 0.25);
  try {
    await multiply(fewRows, right);
    const milliseconds = await multiply(fewRows, right);
    if (milliseconds > slowMilliseconds) return speed(fewRows, milliseconds);
    await multiply(manyRows, right);
    return speed(manyRows, await multiply(manyRows, right));
  } finally {
    right.dispose();
  }
}

/** @returns milliseconds, until a number of the result can be read, which waits for all of it */
async function multiply(rows: number, right: tf.Tensor2D): Promise<number> {
  const left = tf.fill<tf.Rank.R2>([rows, inner], 0.5);
  const started = performance.now();
  const corner = tf.tidy(() => tf.slice(tf.matMul(left, right), [0, 0], [1, 1]));
  await corner.data();
  const milliseconds = performance.now() - started;
  tf.dispose([left, corner]);
  return milliseconds;
}

function speed(rows: number, milliseconds: number): number {
  return (2 * rows * inner * columns) / (milliseconds * 1e6);
}
