import { languageModelConfig } from '../../model/awdLstmConfig';
import type { Store } from '../../store/store';
import type { StepSizes } from '../../training/engineCheck/speed';
import type { NewRun } from '../runDesk';
import { historyOf } from '../runHistory';
import type { InstalledEngine } from '../../engine/installedEngines';

const engines: readonly InstalledEngine[] = ['onnx', 'tensorflow', 'webgpu'];
const usualBatchSize = 64;
const usualVocab = 30_000;

/** The engine and the batch size that a run began with, and its lines of progress; none where it never came so far. */
export async function beginningOf(
  store: Store,
  run: string,
): Promise<{
  engine?: InstalledEngine | undefined;
  bs?: number | undefined;
  progress?: number;
}> {
  const { started, progress } = await historyOf(store, run);
  if (!started) return { progress };
  const engine = engines.find((name) => name === started.engine);
  return { engine, bs: started.data?.['bs'], progress };
}

/** How large the training steps of a run are going to be, as far as its options tell; for comparing engines. */
export async function stepSizes(store: Store, run: NewRun): Promise<StepSizes | undefined> {
  const bs = run.options.bs === 'auto' ? usualBatchSize : run.options.bs;
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
