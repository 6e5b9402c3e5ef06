import { languageModelConfig } from '../../model/awdLstmConfig';
import type { Store } from '../../store/store';
import type { StepSizes } from '../../training/engineCheck/speed';
import { estimateTrainingMemory } from '../../training/memoryEstimate';
import type { BegunBatches } from '../batchSize';
import { machineMemory } from '../memoryCheck';
import type { NewRun } from '../runDesk';
import { historyOf } from '../runHistory';
import type { InstalledEngine } from '../../engine/installedEngines';

const engines: readonly InstalledEngine[] = ['onnx', 'tensorflow', 'webgpu'];
const usualBatchSize = 64;
const largestCompared = 256;
const usualVocab = 30_000;

/** The engine and the batches that a run began with, and its lines of progress; none where it never came so far. */
export async function beginningOf(
  store: Store,
  run: string,
): Promise<{
  engine?: InstalledEngine | undefined;
  batches?: BegunBatches | undefined;
  progress?: number;
}> {
  const { started, progress } = await historyOf(store, run);
  if (!started) return { progress };
  const engine = engines.find((name) => name === started.engine);
  const { bs, bptt } = started.data ?? {};
  return { engine, batches: bs === undefined ? undefined : { bs, bptt }, progress };
}

/**
 * How large the training steps of a run are going to be, as far as its options tell; for comparing engines.
 * @returns undefined where that is not known, or too large for this machine, which is then said before the training
 */
export async function stepSizes(store: Store, run: NewRun): Promise<StepSizes | undefined> {
  const sizes = await sizesOf(store, run);
  if (!sizes) return undefined;
  const { total } = estimateTrainingMemory({ ...sizes, time: 1, hasDecoder: run.kind === 'encoder' });
  return total > machineMemory().total ? undefined : sizes;
}

async function sizesOf(store: Store, run: NewRun): Promise<StepSizes | undefined> {
  // The amount of text, which bounds the batches, is not known yet.
  const bs = run.options.bs === 'auto' ? usualBatchSize : Math.min(run.options.bs, largestCompared);
  if (run.kind === 'classifier') {
    const encoder = await encoderSizes(store, run.options.encoder);
    return encoder && { ...encoder, vocab: usualVocab, bs };
  }
  const { embSz, nHid, nLayers, maxVocab, pretrained } = run.options;
  const { embSz: usualEmbSz, nHid: usualNHid, nLayers: usualNLayers } = languageModelConfig;
  const given = await encoderSizes(store, pretrained);
  return {
    embSz: embSz ?? given?.embSz ?? usualEmbSz,
    nHid: nHid ?? given?.nHid ?? usualNHid,
    nLayers: nLayers ?? given?.nLayers ?? usualNLayers,
    vocab: maxVocab,
    bs,
  };
}

/** The sizes of an encoder of the store; what is wrong with one that is not there is said where it is read. */
async function encoderSizes(store: Store, name: string) {
  if (!(await store.encoders.names()).includes(name)) return undefined;
  const { config } = (await store.encoders.show(name)).manifest;
  return { embSz: config.emb_sz, nHid: config.n_hid, nLayers: config.n_layers };
}
