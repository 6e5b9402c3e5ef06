import * as v from 'valibot';
import { setting } from './setting';
import { bs, data, dropMult, replace, seed, text, valid, validPct } from './training';
import { epochs, name, rate } from './values';

export const classWeightings = ['none', 'balanced'] as const;
export type ClassWeighting = (typeof classWeightings)[number];

const perPhase = <Item extends v.GenericSchema<number, number>>(item: Item) =>
  v.pipe(v.array(item), v.minLength(1), v.maxLength(100));

/** Settings of a classifier. Defaults are fastai's where it has one. */
export const trainClassifierOptions = v.strictObject({
  name: setting(name, 'Name of the model that is made.', '<name>'),
  replace,
  encoder: setting(name, 'Encoder of the store to start from.', '<name>'),
  backwards: setting(
    v.optional(v.boolean()),
    'Must be as the encoder reads, if given: from the end of a text, or from its beginning.',
  ),
  data,
  text,
  label: setting(
    v.optional(name),
    'Column of the label. Found out if left out; of text files it is the folder.',
    '<column>',
  ),
  valid,
  validPct: validPct(0.2),
  dropMult: dropMult(0.5),
  bs: bs(32),
  epochs: setting(
    v.optional(perPhase(epochs)),
    'Epochs of each phase of gradual unfreezing, or one number for all; chosen by itself if left out.',
  ),
  lr: setting(v.optional(perPhase(rate)), 'Peak learning rate of each phase, or one for all.', '<rate,…>'),
  classWeights: setting(
    v.optional(v.picklist(classWeightings), 'none'),
    'How much a text counts in training: all alike, or for as much more as its class is rarer.',
    '<how>',
  ),
  seed,
});
export type TrainClassifierInput = v.InferInput<typeof trainClassifierOptions>;
export type TrainClassifierOptions = v.InferOutput<typeof trainClassifierOptions>;
