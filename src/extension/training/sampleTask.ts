import type { TrainClassifierInput } from '../../options/classifier';
import type { TrainEncoderInput } from '../../options/languageModel';

const text = ['subject', 'body'];

/** What is trained on the sample mails: small, so that the whole way takes some minutes on two cores. */
export function sampleTask(file: string): {
  readonly languageModel: TrainEncoderInput;
  readonly classifier: TrainClassifierInput;
} {
  return {
    languageModel: {
      name: 'mail',
      data: [file],
      text,
      embSz: 128,
      nHid: 256,
      nLayers: 2,
      maxVocab: 5000,
      epochs: 3,
      lr: 1e-2,
      dropMult: 0.3,
      bs: 32,
    },
    classifier: {
      name: 'spam-or-ham',
      encoder: 'mail',
      data: [file],
      text,
      label: 'label',
      epochs: [2, 2, 1, 2],
    },
  };
}
