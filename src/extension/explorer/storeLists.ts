import type { EntryList } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import type { Store } from '../../store/store';

/** The encoders and models of the store, read once however many views ask, until the store changes. */
export class StoreLists {
  #encoders: Promise<EntryList<EncoderManifest>> | undefined;
  #models: Promise<EntryList<ModelManifest>> | undefined;

  constructor(private readonly store: () => Store) {}

  encoders(): Promise<EntryList<EncoderManifest>> {
    return (this.#encoders ??= this.store().encoders.list());
  }

  models(): Promise<EntryList<ModelManifest>> {
    return (this.#models ??= this.store().models.list());
  }

  forget(): void {
    this.#encoders = undefined;
    this.#models = undefined;
  }
}
