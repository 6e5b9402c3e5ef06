import { TextClasDataBunch } from '../data/textClasDataBunch';
import { TextClassifierLearner } from '../inference/learners';
import { AWD_LSTM } from '../model/awdLstmConfig';
import { readEncoder } from '../model/savedEncoder';
import { classifierHeadDefaults } from '../model/textClassifier';
import { type ClassCount, imbalance } from '../protocol/classBalance';
import type { TrainClassifierOptions } from '../options/classifier';
import { encoderSha256 } from '../store/encoders';
import type { Store } from '../store/store';
import { balancedClassWeights } from '../training/classWeights';
import { classifierRecipe } from '../training/recipe';
import { type BegunBatches, classifierBatches } from './batchSize';
import { checkMemory, type MachineMemory } from './memoryCheck';
import { readTrainingRows } from './readTrainingRows';
import { reportFields } from './reportFields';
import { rowsBehind } from './rowsBehind';
import { storedStart } from './runInputs';
import type { PrepareProgress, TrainingJob } from './trainingJob';

/**
 * Reads the labelled texts, builds the classifier on its encoder and lays out its phases.
 * @param begun the batches that a run which goes on began with
 * @throws {UlmfitError} what is wrong with the input
 */
export async function prepareClassifier(
  store: Store,
  options: TrainClassifierOptions,
  machine: MachineMemory,
  onProgress: PrepareProgress,
  begun?: BegunBatches,
): Promise<TrainingJob> {
  const encoder = await readEncoder(store, options.encoder);
  const rows = await readTrainingRows(options);
  const { seed, dropMult } = options;
  const asked = options.bs === 'auto' ? 32 : options.bs;
  const { bs, warnings } = begun
    ? { bs: begun.bs, warnings: [] }
    : classifierBatches(rows.train.length, asked);
  const data = TextClasDataBunch.fromRows(
    rows.train,
    rows.valid,
    { vocab: encoder.vocab, bs, seed, onProgress, backwards: options.backwards ?? encoder.backwards },
    rows.issues,
  );
  const { embSz, nHid, nLayers } = encoder.config;
  const config = { embSz, nHid, nLayers };
  const room = checkMemory(
    {
      ...config,
      vocab: data.vocab.size,
      bs: Math.min(bs, data.train.size),
      time: Math.min(data.train.longest, classifierHeadDefaults.maxLen),
      hasDecoder: false,
    },
    machine,
  );
  const counts = classCounts(data);
  const classWeights =
    options.classWeights === 'balanced' ? balancedClassWeights(counts.map(({ count }) => count)) : undefined;
  const learner = new TextClassifierLearner(data, AWD_LSTM, {
    config,
    dropMult,
    seed,
    store,
    classWeights,
  });
  learner.useEncoder(encoder);
  const lineage = {
    data: { sha256: rows.sha256, rows: data.trainRows.length + data.validRows.length, files: rows.files },
    encoder: encoder.name,
    encoderSha256: encoderSha256(encoder.manifest),
  };
  return {
    kind: 'classifier',
    name: options.name,
    learner,
    phases: classifierRecipe({ ...options, batchesPerEpoch: data.train.batchesPerEpoch }),
    dataHash: rows.sha256,
    inputs: {
      start: storedStart('encoder', encoder.name, encoder.manifest),
      trainingRows: rows.trainSha256,
      validationRows: rows.validSha256,
      vocab: data.vocab.itos,
    },
    counts: {
      train_rows: data.trainRows.length,
      valid_rows: data.validRows.length,
      classes: data.classes.length,
      vocab: data.vocab.size,
      bs,
    },
    classCounts: counts.map((each, index) => ({ ...each, ...weightOf(classWeights, index) })),
    issues: data.issues,
    warnings: [
      ...warnings,
      ...room,
      ...labelWarnings(data.classes.length, data.trainRows.length),
      ...(classWeights ? [] : balanceWarnings(counts)),
    ],
    save: async (run, replacing) => {
      const evaluation = learner.evaluated ?? (await learner.evaluate());
      const metrics = evaluation
        ? { valid_loss: evaluation.loss, accuracy: evaluation.accuracy, macro_f1: evaluation.macroF1 }
        : {};
      await learner.save(options.name, { lineage: { ...lineage, run }, metrics }, replacing);
      if (!evaluation) return { metrics };
      const validatedRows = rowsBehind(data.validRows, data.classes, evaluation.predictions);
      return { metrics, validatedRows, ...reportFields(data.classes, evaluation) };
    },
    dispose: () => {
      learner.model.dispose();
      learner.optimizer.dispose();
    },
  };
}

/** Training texts of each class, in the order of the classes. */
function classCounts({ classes, trainRows }: TextClasDataBunch): ClassCount[] {
  const counts = new Map(classes.map((label) => [label, 0]));
  for (const { label = '' } of trainRows) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Array.from(counts, ([label, count]) => ({ label, count }));
}

function weightOf(weights: readonly number[] | undefined, index: number): { weight?: number } {
  const weight = weights?.[index];
  return weight === undefined ? {} : { weight };
}

function balanceWarnings(counts: readonly ClassCount[]): TrainingJob['warnings'] {
  const found = imbalance(counts);
  if (!found) return [];
  const { most, fewest } = found;
  return [
    {
      message: `The classes are unbalanced: “${cut(most.label)}” has ${most.count} training texts, “${cut(fewest.label)}” has ${fewest.count}.`,
      remedy: 'Train with balanced class weights, or give more texts of the rare classes.',
    },
  ];
}

function cut(label: string): string {
  return label.length > 60 ? `${label.slice(0, 60)}…` : label;
}

/** Labels that hardly ever come twice are texts, or numbers, that were taken for labels. */
function labelWarnings(classes: number, rows: number): TrainingJob['warnings'] {
  if (classes <= 20 || classes * 2 <= rows) return [];
  return [
    {
      message: `There are ${classes} classes among ${rows} texts: most have a single one.`,
      remedy: 'If the wrong column was taken for the label, name the right one with --label.',
    },
  ];
}
