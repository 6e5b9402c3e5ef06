import type { Classifier } from '../classifier/classifier';
import { readClassifier } from '../classifier/readClassifier';
import { languageModelOf, readEncoder } from '../model/savedEncoder';
import type { LanguageModel } from '../model/languageModel';
import type { Store } from '../store/store';
import type { Vocab } from '../text/vocab';
import { ModelSlot } from './modelSlot';

export interface LoadedEncoder {
  model: LanguageModel;
  vocab: Vocab;
  backwards: boolean;
  dispose(): void;
}

/** The classifier and the encoder that were asked last, ready for the next request. */
export class LoadedModels {
  readonly #classifiers = new ModelSlot<Classifier>();
  readonly #encoders = new ModelSlot<LoadedEncoder>();

  constructor(private readonly store: Store) {}

  /** @throws {UlmfitError} `not-found`, `corrupt-file` */
  async withClassifier<Result>(
    name: string,
    work: (classifier: Classifier) => Promise<Result>,
  ): Promise<Result> {
    const { createdAt } = (await this.store.models.show(name)).manifest;
    return this.#classifiers.use({ name, createdAt }, () => readClassifier(this.store, name), work);
  }

  /** Lets one piece of work after the other use an encoder. @throws {UlmfitError} `not-found`, `corrupt-file` */
  async withEncoder<Result>(
    name: string,
    work: (encoder: LoadedEncoder) => Promise<Result>,
  ): Promise<Result> {
    const { createdAt } = (await this.store.encoders.show(name)).manifest;
    const load = async () => {
      const saved = await readEncoder(this.store, name);
      const model = languageModelOf(saved);
      const dispose = () => {
        model.dispose();
      };
      return { model, vocab: saved.vocab, backwards: saved.backwards, dispose };
    };
    return this.#encoders.use({ name, createdAt }, load, work, { alone: true });
  }
}
