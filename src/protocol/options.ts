import * as v from 'valibot';
import { amount, count, fraction, name, path, paths, positive, rate } from './fields';

/** Sizes of an AWD-LSTM must fit into memory; these are far beyond what does. */
const size = v.pipe(positive, v.maxValue(65_536));
const batchSize = v.pipe(positive, v.maxValue(65_536));
/** Far beyond what anybody waits for, so that the number of steps is a number. */
const epochs = v.pipe(count, v.maxValue(1_000_000));
export const someEpochs = v.pipe(epochs, v.minValue(1));
const seed = v.pipe(count, v.maxValue(2 ** 32 - 1));
const columns = v.pipe(v.array(name), v.minLength(1), v.maxLength(1000));
/** Whether what has the name now may be replaced when the run is done; else a taken name is refused. */
const replace = v.optional(v.boolean(), false);
const perPhase = <Item extends v.GenericSchema<number, number>>(item: Item) =>
  v.pipe(v.array(item), v.minLength(1), v.maxLength(100));

/** Settings of `ulmfit train-encoder`, by the names of its flags. Defaults are fastai's where it has one. */
export const trainEncoderOptions = v.strictObject({
  /** The encoder to make. */
  name,
  replace,
  data: paths,
  /** Columns of the text; found by the trainer if absent. */
  text: v.optional(columns),
  /** A file with the rows to validate on, instead of a part of `data`. */
  valid: v.optional(path),
  validPct: v.optional(fraction, 0.1),
  /** `wt103`, the name of an encoder in the store, a file, or `none` to start from scratch. */
  pretrained: v.optional(path, 'none'),
  /** Reads texts from their end; as `pretrained` does if absent. */
  backwards: v.optional(v.boolean()),
  dropMult: v.optional(amount, 1),
  /** Sequences side by side; `auto` fits them to the amount of text and memory. */
  bs: v.optional(v.union([v.literal('auto'), batchSize]), 'auto'),
  bptt: v.optional(v.pipe(positive, v.minValue(2), v.maxValue(10_000)), 70),
  epochs: v.optional(someEpochs, 1),
  lr: v.optional(rate, 1e-2),
  /** Epochs with all layers trainable after those with the last group alone; the trainer decides if absent. */
  unfreezeEpochs: v.optional(epochs),
  unfreezeLr: v.optional(rate),
  /** The sizes are those of the pretrained model; without one, fastai's 400, 1152 and 3. */
  embSz: v.optional(size),
  nHid: v.optional(size),
  nLayers: v.optional(v.pipe(positive, v.maxValue(32))),
  maxVocab: v.optional(v.pipe(positive, v.maxValue(10_000_000)), 60_000),
  minFreq: v.optional(positive, 2),
  seed: v.optional(seed, 42),
});
export type TrainEncoderInput = v.InferInput<typeof trainEncoderOptions>;
export type TrainEncoderOptions = v.InferOutput<typeof trainEncoderOptions>;

export const classWeightings = ['none', 'balanced'] as const;
export type ClassWeighting = (typeof classWeightings)[number];

/** Settings of `ulmfit train-classifier`. */
export const trainClassifierOptions = v.strictObject({
  /** The model to make. */
  name,
  replace,
  /** The encoder to start from, by its name in the store. */
  encoder: name,
  /** Must be as the encoder reads if given: nothing else makes sense. */
  backwards: v.optional(v.boolean()),
  data: paths,
  text: v.optional(columns),
  label: v.optional(name),
  valid: v.optional(path),
  validPct: v.optional(fraction, 0.2),
  dropMult: v.optional(amount, 0.5),
  bs: v.optional(v.union([v.literal('auto'), batchSize]), 32),
  /** Epochs of each phase of gradual unfreezing; the trainer's recipe if absent. */
  epochs: v.optional(perPhase(epochs)),
  /** Learning rate of each phase, or one for all. */
  lr: v.optional(perPhase(rate)),
  /** `balanced` lets a text of a rare class count for as much more as its class is rarer. */
  classWeights: v.optional(v.picklist(classWeightings), 'none'),
  seed: v.optional(seed, 42),
});
export type TrainClassifierInput = v.InferInput<typeof trainClassifierOptions>;
export type TrainClassifierOptions = v.InferOutput<typeof trainClassifierOptions>;

/** What an encoder or a model can be written as: the store's own files, fastai's, or one ONNX file. */
export const exportFormats = ['safetensors', 'fastai', 'onnx'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const engineNames = ['auto', 'onnx', 'tensorflow', 'webgpu'] as const;
export type EngineName = (typeof engineNames)[number];

export const engineFallbacks = ['none', 'onnx'] as const;
export type EngineFallback = (typeof engineFallbacks)[number];

/** What holds for a trainer process as long as it lives. */
export const processOptions = {
  /** The store's folder. */
  store: path,
  engine: v.optional(v.picklist(engineNames), 'auto'),
  /** What a run does where the engine that was asked for fails its check: compute on `onnx`, or not start. */
  engineFallback: v.optional(v.picklist(engineFallbacks), 'none'),
  /** Threads for computing; as many as the engine likes if absent. */
  threads: v.optional(v.pipe(positive, v.maxValue(1024))),
  /** Seconds between checkpoints within an epoch; 0 saves one after every step. */
  checkpointSeconds: v.optional(amount, 60),
};
