import { UlmfitError } from '../errors';

/** The shape of an AWD-LSTM and its five dropout rates; names as fastai's config keys (text/models/awd_lstm.py). */
export interface AwdLstmConfig {
  /** Width of the embedding and of the last layer's output. */
  embSz: number;
  /** Width of the layers between. */
  nHid: number;
  nLayers: number;
  /** The id of the padding token. */
  padToken: number;
  /** Dropout of what goes into the decoder or the classifier head. */
  outputP: number;
  /** Dropout between LSTM layers. */
  hiddenP: number;
  /** Dropout of what goes into the first LSTM layer. */
  inputP: number;
  /** Dropout of whole word types in the embedding matrix. */
  embedP: number;
  /** Dropout of the recurrent weights (DropConnect). */
  weightP: number;
}

const shape = { embSz: 400, nHid: 1152, nLayers: 3, padToken: 1 };

/** fastai's `awd_lstm_lm_config`. */
export const languageModelConfig: AwdLstmConfig = {
  ...shape,
  outputP: 0.1,
  hiddenP: 0.15,
  inputP: 0.25,
  embedP: 0.02,
  weightP: 0.2,
};

/** fastai's `awd_lstm_clas_config`. */
export const classifierConfig: AwdLstmConfig = {
  ...shape,
  outputP: 0.4,
  hiddenP: 0.3,
  inputP: 0.4,
  embedP: 0.05,
  weightP: 0.5,
};

/** The architecture that fastai calls `AWD_LSTM`: its two default configurations. */
export const AWD_LSTM = { languageModel: languageModelConfig, classifier: classifierConfig } as const;
export type Architecture = typeof AWD_LSTM;

/**
 * Multiplies the five dropout rates by `dropMult`, as fastai does; widths stay.
 * @throws {UlmfitError} `bad-setting` where a rate would be 1 or more: nothing would be left to learn from
 */
export function scaleDropouts(config: AwdLstmConfig, dropMult: number): AwdLstmConfig {
  const { outputP, hiddenP, inputP, embedP, weightP } = config;
  const highest = Math.max(outputP, hiddenP, inputP, embedP, weightP);
  if (highest > 0 && !(highest * dropMult >= 0 && highest * dropMult < 1)) {
    throw new UlmfitError(
      'bad-setting',
      `A factor of ${dropMult} for the dropouts leaves nothing to learn from: ${highest} becomes ${highest * dropMult}.`,
      `Use a factor below ${1 / highest} (--drop-mult).`,
    );
  }
  return {
    ...config,
    outputP: config.outputP * dropMult,
    hiddenP: config.hiddenP * dropMult,
    inputP: config.inputP * dropMult,
    embedP: config.embedP * dropMult,
    weightP: config.weightP * dropMult,
  };
}

/** Input and output width of LSTM layer `layer`: embedding → hidden → … → embedding. */
export function layerWidths(config: AwdLstmConfig, layer: number): { input: number; output: number } {
  return {
    input: layer === 0 ? config.embSz : config.nHid,
    output: layer === config.nLayers - 1 ? config.embSz : config.nHid,
  };
}
