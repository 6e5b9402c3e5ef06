import { readClassifier, type SavedClassifier } from '../model/savedClassifier';
import { languageModelOf, readEncoder } from '../model/savedEncoder';
import type { LanguageModel } from '../model/languageModel';
import type { Store } from '../store/store';
import type { Vocab } from '../text/vocab';

export interface LoadedEncoder {
  model: LanguageModel;
  vocab: Vocab;
}

interface Loaded<T> {
  name: string;
  createdAt: string;
  value: T;
}

/** Keeps the classifier and the encoder used last, as long as the store's are the same: many requests ask one model. */
export class LoadedModels {
  #classifier: Loaded<SavedClassifier> | undefined;
  #encoder: Loaded<LoadedEncoder> | undefined;

  constructor(private readonly store: Store) {}

  /** @throws {UlmfitError} `not-found`, `corrupt-file` */
  async classifier(name: string): Promise<SavedClassifier> {
    const { createdAt } = (await this.store.models.show(name)).manifest;
    const known = this.#classifier;
    if (known?.name === name && known.createdAt === createdAt) return known.value;
    const value = await readClassifier(this.store, name);
    known?.value.model.dispose();
    this.#classifier = { name, createdAt, value };
    return value;
  }

  /** @throws {UlmfitError} `not-found`, `corrupt-file` */
  async encoder(name: string): Promise<LoadedEncoder> {
    const { createdAt } = (await this.store.encoders.show(name)).manifest;
    const known = this.#encoder;
    if (known?.name === name && known.createdAt === createdAt) return known.value;
    const saved = await readEncoder(this.store, name);
    const value = { model: languageModelOf(saved), vocab: saved.vocab };
    known?.value.model.dispose();
    this.#encoder = { name, createdAt, value };
    return value;
  }
}
