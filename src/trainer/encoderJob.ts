import { TextLMDataBunch } from '../data/textLMDataBunch';
import type { TextRow } from '../data/textRow';
import { LanguageModelLearner } from '../inference/learners';
import { AWD_LSTM, languageModelConfig } from '../model/awdLstmConfig';
import type { TrainEncoderOptions } from '../options/languageModel';
import type { Store } from '../store/store';
import { languageModelBatchSize, languageModelRecipe } from '../training/recipe';
import type { TrainingSizes } from '../training/memoryEstimate';
import { batchSizeFor, type BegunBatches, languageModelBatches } from './batchSize';
import { checkMemory, type MachineMemory } from './memoryCheck';
import { readPretrained } from './modelFiles/readPretrained';
import { readTrainingRows } from './readTrainingRows';
import type { PrepareProgress, TrainingJob } from './trainingJob';

/**
 * Reads the texts, builds the language model and lays out its phases.
 * @param begun the batches that a run which goes on began with
 * @throws {UlmfitError} what is wrong with the input
 */
export async function prepareEncoder(
  store: Store,
  options: TrainEncoderOptions,
  machine: MachineMemory,
  onProgress: PrepareProgress,
  begun?: BegunBatches,
): Promise<TrainingJob> {
  const start = await readPretrained(store, options);
  const pretrained = start?.encoder;
  const rows = await readTrainingRows({ ...options, label: null });
  const { maxVocab, minFreq, seed } = options;
  const backwards = options.backwards ?? pretrained?.backwards ?? false;
  const sizes = definedSizes(options);
  const shape = {
    ...languageModelConfig,
    ...pretrained?.config,
    ...sizes,
    time: options.bptt,
    hasDecoder: true,
  };
  const asked = options.bs === 'auto' ? automaticBatchSize(rows.train, shape, maxVocab, machine) : options.bs;
  const texts = TextLMDataBunch.fromRows(rows.train, rows.valid, {
    seed,
    maxVocab,
    minFreq,
    backwards,
    onProgress,
  });
  // What a run began with holds, even where an earlier version did not look at the amount of text.
  const { bs, bptt, warnings } = begun
    ? { bs: begun.bs, bptt: begun.bptt ?? options.bptt, warnings: [] }
    : languageModelBatches(texts.train.tokenCount, { bs: asked, bptt: options.bptt });
  const data = texts.resized(bs, bptt);
  const room = checkMemory({ ...shape, vocab: data.vocab.size, bs, time: bptt }, machine);
  const learner = new LanguageModelLearner(data, AWD_LSTM, {
    config: sizes,
    dropMult: options.dropMult,
    seed,
    store,
    ...(pretrained ? { pretrained } : {}),
  });
  const prompt = outerWords(rows.valid[0] ?? rows.train[0], backwards);
  const lineage = {
    data: { sha256: rows.sha256, rows: rows.train.length + rows.valid.length, files: rows.files },
    ...start?.lineage,
  };
  return {
    kind: 'encoder',
    name: options.name,
    learner,
    phases: languageModelRecipe({ ...options, pretrained: pretrained !== undefined }),
    dataHash: rows.sha256,
    inputs: {
      start: start?.start,
      trainingRows: rows.trainSha256,
      validationRows: rows.validSha256,
      vocab: data.vocab.itos,
    },
    counts: {
      train_rows: rows.train.length,
      valid_rows: rows.valid.length,
      train_tokens: data.train.tokenCount,
      valid_tokens: data.valid.tokenCount,
      vocab: data.vocab.size,
      bs,
      bptt,
      ...(learner.knownWords === undefined ? {} : { known_words: learner.knownWords }),
    },
    issues: rows.issues,
    warnings: [...warnings, ...room],
    sample: async () => ({ prompt, text: await learner.predict(prompt, 20, { seed }) }),
    save: async (run, replacing) => {
      const metrics = learner.validated ?? (await learner.validate()) ?? {};
      await learner.saveEncoder(options.name, { lineage: { ...lineage, run }, metrics }, replacing);
      return { metrics };
    },
    dispose: () => {
      learner.model.dispose();
      learner.optimizer.dispose();
    },
  };
}

/** The sizes that were asked for; the others are the pretrained model's, or fastai's. */
function definedSizes({ embSz, nHid, nLayers }: TrainEncoderOptions) {
  return {
    ...(embSz === undefined ? {} : { embSz }),
    ...(nHid === undefined ? {} : { nHid }),
    ...(nLayers === undefined ? {} : { nLayers }),
  };
}

/** As large as the amount of text asks for and the memory allows. Its words are not counted yet. */
function automaticBatchSize(
  rows: readonly TextRow[],
  shape: Omit<TrainingSizes, 'bs' | 'vocab'>,
  maxVocab: number,
  machine: MachineMemory,
): number {
  const tokens = estimateTokens(rows);
  const vocab = Math.min(maxVocab, Math.ceil(tokens));
  return batchSizeFor({ ...shape, vocab, bs: languageModelBatchSize(tokens, shape.time) }, machine);
}

/** English mail and prose have about four and a half characters a token. */
function estimateTokens(rows: readonly TextRow[]): number {
  return rows.reduce((sum, { text }) => sum + text.length, 0) / 4.5;
}

/** With which a text begins; with which it ends for a model that writes from there. */
function outerWords(row: TextRow | undefined, backwards: boolean): string {
  const words = (row?.text ?? '').trim().split(/\s+/u);
  return (backwards ? words.slice(-3) : words.slice(0, 3)).join(' ');
}
