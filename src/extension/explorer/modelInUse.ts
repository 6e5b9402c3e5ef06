import type { Entry } from '../../store/entries';
import type { ModelManifest } from '../../store/manifest';

/**
 * The model that classifies where no other is named: the one of the setting `ulmfit.model`, or where that is empty the
 * one saved last. None if the setting names one that is gone: whoever classifies asks then.
 */
export function modelInUse(
  models: readonly Entry<ModelManifest>[],
  setting: string,
): Entry<ModelManifest> | undefined {
  const wanted = setting.trim().normalize('NFC');
  if (wanted !== '') return models.find(({ name }) => name === wanted);
  return models.reduce<Entry<ModelManifest> | undefined>(
    (latest, model) =>
      latest === undefined || model.manifest.createdAt > latest.manifest.createdAt ? model : latest,
    undefined,
  );
}
