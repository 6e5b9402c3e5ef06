/**
 * The library: ULMFiT under the names that fastai v1 gave it.
 *
 * ```ts
 * const dataLm = await TextLMDataBunch.fromCsv('mails.csv', { textColumns: ['subject', 'body'] });
 * const learner = languageModelLearner(dataLm, AWD_LSTM, { dropMult: 0.5 });
 * await learner.fitOneCycle(1, 1e-2);
 * await learner.saveEncoder('fine_enc');
 * ```
 */
export type { Classifier } from './classifier/classifier';
export { type Classification, classify, type ClassifyOptions } from './classifier/classify';
export { explain, type Explanation } from './classifier/explain';
export { readClassifier } from './classifier/readClassifier';
export { readRows, type ReadOptions, type ReadResult } from './data/readRows';
export { splitRows, type Split, type SplitSettings } from './data/splitRows';
export { TextClasDataBunch, type ClassifierDataSettings } from './data/textClasDataBunch';
export { TextLMDataBunch, type LanguageModelDataSettings } from './data/textLMDataBunch';
export type { RowIssue, TextRow } from './data/textRow';
export { type EngineChoice, type EngineInUse, useEngine } from './engine/engines';
export { describeError, type ErrorCode, UlmfitError } from './errors';
export { type BeamSearchOptions } from './inference/beamSearch';
export { generate, type GenerateOptions } from './inference/generate';
export {
  type ClassifierSettings,
  languageModelLearner,
  LanguageModelLearner,
  type LanguageModelSettings,
  textClassifierLearner,
  TextClassifierLearner,
} from './inference/learners';
export { AWD_LSTM, type AwdLstmConfig } from './model/awdLstmConfig';
export { convertWeights } from './model/convertWeights';
export {
  languageModelOf,
  type PretrainedEncoder,
  readEncoder,
  type SavedEncoder,
} from './model/savedEncoder';
export type { EntryMark, Replacing } from './store/replacing';
export { Store } from './store/store';
export { decodeSpecialTokens } from './text/decodeSpecialTokens';
export { joinFields } from './text/joinFields';
export { tokenize, tokenizeFields } from './text/tokenize';
export { Vocab } from './text/vocab';
export type { ClassifierEvaluation } from './training/classifierEvaluation';
export type { EpochReport, FitCallbacks, FitOptions, Metrics, StepReport } from './training/learner';
export { findLearningRate, type LearningRateCurve } from './training/learningRateFinder';
export { type LearningRate, slice } from './training/learningRate';
export { type ClassificationReport, classificationReport } from './training/metrics';
