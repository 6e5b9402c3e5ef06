import * as v from 'valibot';
import { setting } from './setting';
import { bs, data, dropMult, replace, seed, text, valid, validPct } from './training';
import { epochs, name, path, positive, rate, someEpochs } from './values';

/** Sizes of an AWD-LSTM must fit into memory; these are far beyond what does. */
const size = v.pipe(positive, v.maxValue(65_536));

/** Settings of a language model. Defaults are fastai's where it has one. */
export const trainEncoderOptions = v.strictObject({
  name: setting(name, 'Name of the encoder that is made.', '<name>'),
  replace,
  data,
  text,
  valid,
  validPct: validPct(0.1),
  pretrained: setting(
    v.optional(path, 'none'),
    'Start: an encoder of the store, "wt103" for the downloaded WikiText-103 model, a file, or "none" to learn from these texts alone.',
    '<model>',
  ),
  backwards: setting(
    v.optional(v.boolean()),
    'Reads texts from their end, as one half of an ensemble; as the pretrained model does if left out.',
  ),
  dropMult: dropMult(1),
  bs: bs('auto'),
  bptt: setting(
    v.optional(v.pipe(positive, v.minValue(2), v.maxValue(10_000)), 70),
    'Tokens that are looked back on when learning.',
  ),
  epochs: setting(v.optional(someEpochs, 1), 'How often every text is read.'),
  lr: setting(v.optional(rate, 1e-2), 'Peak learning rate.', '<rate>'),
  unfreezeEpochs: setting(
    v.optional(epochs),
    'Further epochs with all layers learning; chosen by itself if left out.',
  ),
  unfreezeLr: setting(v.optional(rate), 'Peak learning rate of those.', '<rate>'),
  embSz: setting(
    v.optional(size),
    'Numbers for each word. Those of the encoder to start from, or 400, if left out.',
  ),
  nHid: setting(
    v.optional(size),
    'Numbers in each hidden layer. Those of the encoder to start from, or 1152, if left out.',
  ),
  nLayers: setting(
    v.optional(v.pipe(positive, v.maxValue(32))),
    'Number of layers. That of the encoder to start from, or 3, if left out.',
  ),
  maxVocab: setting(
    v.optional(v.pipe(positive, v.maxValue(10_000_000)), 60_000),
    'The most words that are told apart.',
  ),
  minFreq: setting(v.optional(positive, 2), 'How often a word must occur to be told apart.'),
  seed,
});
export type TrainEncoderInput = v.InferInput<typeof trainEncoderOptions>;
export type TrainEncoderOptions = v.InferOutput<typeof trainEncoderOptions>;
