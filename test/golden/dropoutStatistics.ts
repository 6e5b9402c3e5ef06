/**
 * The other half of dropoutStatistics.py: the same mails, sizes, dropouts and rates with ours, three seeds. Run by hand
 * (`npm run statistics`, some minutes); writes dropoutStatisticsOurs.json and prints the comparison.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassifierBatches } from '../../src/data/classifierBatches';
import { LanguageModelBatches } from '../../src/data/languageModelBatches';
import { classifierConfig, languageModelConfig, scaleDropouts } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import { assignVariables, readVariables } from '../../src/model/namedTensors';
import { TextClassifier } from '../../src/model/textClassifier';
import { ClassifierTraining } from '../../src/training/classifierTraining';
import { LanguageModelTraining } from '../../src/training/languageModelTraining';
import { slice } from '../../src/training/learningRate';
import { useEngine } from './engines';

interface Fit {
  freeze_to?: number;
  epochs: number;
  lr?: number;
  lr_slice?: [number, number];
  moms: [number, number];
}

interface ModelSettings {
  drop_mult: number;
  bs: number;
  bptt: number;
  wd: number;
  alpha: number;
  beta: number;
  fits: Fit[];
}

interface Outcome {
  seed: number;
  lm_valid_loss: number;
  lm_accuracy: number;
  classifier_valid_loss: number;
  classifier_accuracy: number;
}

interface Statistics {
  settings: {
    architecture: { emb_sz: number; n_hid: number; n_layers: number };
    language_model: ModelSettings;
    classifier: ModelSettings & { max_len: number; lin_ftrs: number[]; ps: number[] };
  };
  perSeed: Outcome[];
}

interface Split {
  itos: string[];
  train_rows: number[];
  valid_rows: number[];
  labels: string[];
  documents: number[][];
}

const folder = import.meta.dirname;
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const { settings, perSeed } = read('dropoutStatistics.json') as Statistics;
const split = read('dropoutSplit.json') as Split;
const sizes = {
  embSz: settings.architecture.emb_sz,
  nHid: settings.architecture.n_hid,
  nLayers: settings.architecture.n_layers,
};
const documentsOf = (rows: number[]) => rows.map((row) => Int32Array.from(split.documents[row] ?? []));
const classes = [...new Set(split.labels)].sort();
const labelsOf = (rows: number[]) => Int32Array.from(rows, (row) => classes.indexOf(split.labels[row] ?? ''));

async function trainLanguageModel(seed: number) {
  const { bs, bptt, drop_mult: dropMult, alpha, beta, wd, fits } = settings.language_model;
  const config = { ...scaleDropouts(languageModelConfig, dropMult), ...sizes };
  const model = new LanguageModel(config, split.itos.length, seed);
  const train = new LanguageModelBatches(documentsOf(split.train_rows), { bs, bptt, shuffle: { seed } });
  const valid = new LanguageModelBatches(documentsOf(split.valid_rows), { bs, bptt });
  const learner = new LanguageModelTraining(model, train, valid, { seed, alpha, beta, wd });
  learner.unfreeze();
  for (const { epochs, lr, moms } of fits) await learner.fitOneCycle(epochs, lr, { moms });
  return { model, metrics: (await learner.validate()) ?? {} };
}

async function trainClassifier(seed: number, encoder: LanguageModel) {
  const { bs, bptt, drop_mult: dropMult, alpha, beta, wd, fits, ...rest } = settings.classifier;
  const config = { ...scaleDropouts(classifierConfig, dropMult), ...sizes, bptt, maxLen: rest.max_len };
  const model = new TextClassifier(
    { ...config, linFtrs: rest.lin_ftrs, ps: rest.ps },
    split.itos.length,
    classes.length,
    seed,
  );
  assignVariables(model.encoder.variables, readVariables(encoder.encoder.variables));
  const train = new ClassifierBatches(documentsOf(split.train_rows), labelsOf(split.train_rows), {
    bs,
    shuffle: { seed },
  });
  const valid = new ClassifierBatches(documentsOf(split.valid_rows), labelsOf(split.valid_rows), { bs });
  const learner = new ClassifierTraining(model, train, valid, classes.length, { seed, alpha, beta, wd });
  for (const { freeze_to: freezeTo = 0, epochs, lr, lr_slice: range, moms } of fits) {
    learner.freezeTo(freezeTo);
    await learner.fitOneCycle(epochs, lr ?? slice(range?.[0] ?? 3e-4, range?.[1]), { moms });
  }
  return (await learner.validate()) ?? {};
}

async function main(): Promise<void> {
  await useEngine('onnx');
  const ours: Outcome[] = [];
  for (const { seed } of perSeed) {
    const { model, metrics } = await trainLanguageModel(seed);
    const classifier = await trainClassifier(seed, model);
    ours.push({
      seed,
      lm_valid_loss: metrics['valid_loss'] ?? NaN,
      lm_accuracy: metrics['accuracy'] ?? NaN,
      classifier_valid_loss: classifier['valid_loss'] ?? NaN,
      classifier_accuracy: classifier['accuracy'] ?? NaN,
    });
    console.log(ours.at(-1));
  }
  const mean = (outcomes: Outcome[], key: keyof Outcome) =>
    outcomes.reduce((sum, outcome) => sum + outcome[key], 0) / outcomes.length;
  const keys = ['lm_valid_loss', 'lm_accuracy', 'classifier_valid_loss', 'classifier_accuracy'] as const;
  const comparison = Object.fromEntries(
    keys.map((key) => [key, { fastai: mean(perSeed, key), ours: mean(ours, key) }]),
  );
  console.table(comparison);
  const result = { perSeed: ours, comparison };
  writeFileSync(join(folder, 'dropoutStatisticsOurs.json'), `${JSON.stringify(result, undefined, 2)}\n`);
}

void main();
