/** A store as a user has it, only small: an encoder, a model, runs that are done and one that is paused. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainClassifierInput } from '../../src/options/classifier';
import type { TrainEncoderInput } from '../../src/options/languageModel';
import { Store } from '../../src/store/store';
import { writeSampleData } from '../trainer/host';
import { FaultyTrainer } from './faultyTrainer';

export interface SmallStore {
  readonly store: Store;
  readonly data: string;
  /** Runs of the encoder `base` and the model `earlier`, and the paused one that makes the encoder `held`. */
  readonly runs: { readonly base: string; readonly earlier: string; readonly held: string };
}

/** An encoder of some 600 weights, trained in a moment. */
export function encoderOptions(name: string, data: string): TrainEncoderInput {
  const sizes = { embSz: 4, nHid: 6, nLayers: 1, bptt: 12, bs: 2, minFreq: 1 };
  return { name, data: [data], ...sizes, epochs: 1, unfreezeEpochs: 1 };
}

export function classifierOptions(name: string, data: string): TrainClassifierInput {
  return { name, data: [data], encoder: 'base', bs: 4, epochs: [1, 1] };
}

const patience = 60_000;

/** Makes the store in `folder/store`, with the real trainer. */
export async function makeSmallStore(folder: string): Promise<SmallStore> {
  mkdirSync(folder, { recursive: true });
  const data = writeSampleData(folder, 6);
  const root = join(folder, 'store');
  const trainer = await FaultyTrainer.start(root, join(folder, 'setup.log'));
  const { connection } = trainer;
  const runs = { base: '', earlier: '', held: '' };
  const finished = async (ask: () => Promise<{ run: string }>, wanted: string) => {
    let run = '';
    const { event } = await trainer.run(async () => {
      ({ run } = await ask());
    }, patience);
    if (event?.event !== wanted)
      throw new Error(`The small store could not be made: ${JSON.stringify(event)}`);
    return run;
  };
  runs.base = await finished(
    () => connection.request('train-encoder', encoderOptions('base', data)),
    'result',
  );
  runs.earlier = await finished(
    () => connection.request('train-classifier', classifierOptions('earlier', data)),
    'result',
  );
  runs.held = await finished(async () => {
    const paused = whenSaved(trainer);
    const { run } = await connection.request('train-encoder', encoderOptions('held', data));
    await paused;
    await connection.request('pause', { run });
    return { run };
  }, 'paused');
  await trainer.end();
  return { store: new Store(root), data, runs };
}

/** Resolves at the next checkpoint. */
function whenSaved({ connection, events }: FaultyTrainer): Promise<void> {
  const from = events.length;
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (!events.slice(from).some(({ event }) => event === 'checkpoint')) return;
      clearInterval(look);
      resolve();
    }, 1);
    connection.onClose(() => {
      clearInterval(look);
      resolve();
    });
  });
}
