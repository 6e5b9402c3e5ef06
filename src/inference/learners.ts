import type { TextClasDataBunch } from '../data/textClasDataBunch';
import type { TextLMDataBunch } from '../data/textLMDataBunch';
import { type Classification, classify } from '../classifier/classify';
import { UlmfitClassifier } from '../classifier/ulmfitClassifier';
import { ensureEngine } from '../engine/engines';
import { UlmfitError } from '../errors';
import { type Architecture, type AwdLstmConfig, scaleDropouts } from '../model/awdLstmConfig';
import { convertWeights } from '../model/convertWeights';
import { LanguageModel } from '../model/languageModel';
import { assignVariables } from '../model/namedTensors';
import { saveClassifier } from '../model/savedClassifier';
import { type PretrainedEncoder, readEncoder, saveEncoder, type SavedEncoder } from '../model/savedEncoder';
import { classifierHeadDefaults, TextClassifier, type TextClassifierConfig } from '../model/textClassifier';
import type { EncoderFacts } from '../store/encoders';
import type { Replacing } from '../store/replacing';
import { Store } from '../store/store';
import { ClassifierTraining } from '../training/classifierTraining';
import { LanguageModelTraining } from '../training/languageModelTraining';
import type { LearnerOptions } from '../training/learner';
import { beamSearch, type BeamSearchOptions } from './beamSearch';
import { generate, type GenerateOptions } from './generate';

export interface TextLearnerSettings extends LearnerOptions {
  /** Multiplies all five dropout rates of the architecture. */
  readonly dropMult?: number;
  /** Where encoders and models are kept; `ULMFIT_STORE` or the user's own folder if left out. */
  readonly store?: Store;
}

export interface LanguageModelSettings extends TextLearnerSettings {
  readonly config?: Partial<AwdLstmConfig>;
  /** Weights to start from, fitted to the data's vocab; the learner is then frozen, as in fastai. */
  readonly pretrained?: PretrainedEncoder;
}

export interface ClassifierSettings extends TextLearnerSettings {
  readonly config?: Partial<TextClassifierConfig>;
  /** How much a text of each class counts in training, in the order of the data's classes; all alike if left out. */
  readonly classWeights?: readonly number[] | undefined;
}

const noFacts: Omit<EncoderFacts, 'config'> = { lineage: {}, metrics: {} };

/** A language model with the texts it learns from. */
export class LanguageModelLearner extends LanguageModelTraining {
  readonly #store: Store;
  /** How many words of the vocab the pretrained model knew. */
  readonly knownWords: number | undefined;

  constructor(
    readonly data: TextLMDataBunch,
    architecture: Architecture,
    settings: LanguageModelSettings = {},
  ) {
    const { dropMult = 1, config = {}, pretrained, store = defaultStore(), ...options } = settings;
    const widths = pretrained && widthsOf(pretrained.config);
    const scaled = { ...scaleDropouts(architecture.languageModel, dropMult), ...config, ...widths };
    super(new LanguageModel(scaled, data.vocab.size, options.seed ?? 0), data.train, data.valid, options);
    this.#store = store;
    if (pretrained) {
      checkDirection(`The encoder "${pretrained.name}"`, pretrained.backwards, data.backwards);
      const converted = convertWeights(pretrained.tensors, pretrained.vocab.itos, data.vocab.itos);
      assignVariables(this.model.variables, converted.tensors);
      this.knownWords = converted.knownWords;
      this.freeze();
    }
  }

  /** Continues `text` by `words` tokens; where the data is read backwards, with what stands before it. */
  predict(text: string, words = 1, options: GenerateOptions = {}): Promise<string> {
    const { vocab, backwards } = this.data;
    return generate(this.model, vocab, text, words, { backwards, ...options });
  }

  beamSearch(text: string, words: number, options: BeamSearchOptions = {}): Promise<string> {
    const { vocab, backwards } = this.data;
    return beamSearch(this.model, vocab, text, words, { backwards, ...options });
  }

  /**
   * Saves the encoder. As in fastai, one of that name is replaced: whoever calls this has said so.
   * @param replacing what may be replaced, where that is not to be anything
   * @throws {UlmfitError} `save-failed`, `bad-setting` (the name), `already-exists` (a name that differs in case alone)
   */
  saveEncoder(name: string, facts = noFacts, replacing: Replacing = 'anything'): Promise<void> {
    const { vocab, backwards } = this.data;
    return saveEncoder(this.#store, name, this.model, vocab, { ...facts, backwards }, replacing);
  }
}

/** A classifier with the texts it learns from. */
export class TextClassifierLearner extends ClassifierTraining {
  readonly #store: Store;

  constructor(
    readonly data: TextClasDataBunch,
    architecture: Architecture,
    settings: ClassifierSettings = {},
  ) {
    const { dropMult = 1, config = {}, store = defaultStore(), ...options } = settings;
    const full = {
      ...classifierHeadDefaults,
      ...scaleDropouts(architecture.classifier, dropMult),
      ...config,
    };
    const model = new TextClassifier(full, data.vocab.size, data.classes.length, options.seed ?? 0);
    super(model, data.train, data.valid, data.classes.length, options);
    this.#store = store;
  }

  /**
   * Takes over the weights of a saved encoder and freezes everything but the head.
   * @throws {UlmfitError} `not-found`, `corrupt-file`, `vocab-mismatch`, `bad-setting`
   */
  async loadEncoder(name: string): Promise<void> {
    this.useEncoder(await readEncoder(this.#store, name));
  }

  /**
   * @throws {UlmfitError} `vocab-mismatch` where the encoder has another vocab, whose rows would mean other words;
   * `bad-setting` where it reads in the other direction
   */
  useEncoder({ name, vocab, tensors, backwards }: SavedEncoder): void {
    checkDirection(`The encoder "${name}"`, backwards, this.data.backwards);
    const { itos } = this.data.vocab;
    if (vocab.size !== itos.length || vocab.itos.some((word, id) => word !== itos[id])) {
      throw new UlmfitError(
        'vocab-mismatch',
        `The encoder "${name}" was trained with another vocab (${vocab.size} words) than this data (${itos.length}).`,
        "Make the classifier's data with the encoder's vocab.",
      );
    }
    assignVariables(this.model.encoder.variables, tensors);
    this.freeze();
  }

  /** The classes' probabilities for one text. */
  async predict(text: string): Promise<Classification> {
    const { vocab, classes, backwards } = this.data;
    const classifier = new UlmfitClassifier(this.model, vocab, classes, backwards);
    const [answer] = await classify(classifier, [[text]]);
    if (!answer) throw new Error('There is no answer for a text.');
    return answer;
  }

  /**
   * Saves the classifier. As in fastai, a model of that name is replaced: whoever calls this has said so.
   * @param replacing what may be replaced, where that is not to be anything
   * @throws {UlmfitError} `save-failed`, `bad-setting` (the name), `already-exists` (a name that differs in case alone)
   */
  save(name: string, facts = noFacts, replacing: Replacing = 'anything'): Promise<void> {
    const { vocab, classes, backwards } = this.data;
    return saveClassifier(this.#store, name, this.model, vocab, { ...facts, classes, backwards }, replacing);
  }
}

/** fastai's `language_model_learner`. */
export function languageModelLearner(
  data: TextLMDataBunch,
  architecture: Architecture,
  settings?: LanguageModelSettings,
): LanguageModelLearner {
  ensureEngine();
  return new LanguageModelLearner(data, architecture, settings);
}

/** fastai's `text_classifier_learner`. */
export function textClassifierLearner(
  data: TextClasDataBunch,
  architecture: Architecture,
  settings?: ClassifierSettings,
): TextClassifierLearner {
  ensureEngine();
  return new TextClassifierLearner(data, architecture, settings);
}

/** Weights that know texts from one end know nothing of them from the other. */
function checkDirection(what: string, backwards: boolean | undefined, dataBackwards: boolean): void {
  if (backwards === undefined || backwards === dataBackwards) return;
  const direction = (is: boolean) => (is ? 'backwards' : 'forwards');
  throw new UlmfitError(
    'bad-setting',
    `${what} reads texts ${direction(backwards)}, but this data is read ${direction(dataBackwards)}.`,
    `Use it with data that is read ${direction(backwards)}, or take one that reads ${direction(dataBackwards)}.`,
  );
}

function widthsOf({ embSz, nHid, nLayers, padToken }: AwdLstmConfig) {
  return { embSz, nHid, nLayers, padToken };
}

function defaultStore(): Store {
  return new Store(Store.defaultRoot(process.env));
}
