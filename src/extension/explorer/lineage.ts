import type { Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';

/** Something that a model or an encoder was made from. */
export interface Origin {
  readonly name: string;
  /** `missing`: an encoder that the store does not have any more. `outside`: a pretrained model from elsewhere. */
  readonly place: 'store' | 'missing' | 'outside';
}

/**
 * From what something was made, the next step first: model → encoder → pretrained encoder → ….
 *
 * @param encoders all that the store has
 */
export function originsOf(
  manifest: EncoderManifest | ModelManifest,
  encoders: readonly Entry<EncoderManifest>[],
): Origin[] {
  const origins: Origin[] = [];
  let at: EncoderManifest | ModelManifest | undefined = manifest;
  while (at !== undefined) {
    const name: string | undefined = at.kind === 'model' ? at.lineage.encoder : at.lineage.pretrained;
    // An encoder that was trained further under its own name leads back to itself.
    if (name === undefined || origins.some((origin) => origin.name === name)) break;
    const encoder: Entry<EncoderManifest> | undefined = encoders.find((entry) => entry.name === name);
    const elsewhere = at.kind === 'model' ? 'missing' : 'outside';
    origins.push({ name, place: encoder ? 'store' : elsewhere });
    at = encoder?.manifest;
  }
  return origins;
}
