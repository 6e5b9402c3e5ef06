import type { Entry } from '../../store/entries';
import type { ModelManifest } from '../../store/manifest';

/**
 * The model that classifies where no other is named: the one of the setting `ulmfit.model`, or where that is empty or
 * names none that there is, the one saved last.
 */
export function modelInUse(
  models: readonly Entry<ModelManifest>[],
  setting: string,
): Entry<ModelManifest> | undefined {
  const wanted = setting.trim().normalize('NFC');
  const chosen = models.find(({ name }) => name === wanted);
  if (chosen) return chosen;
  return models.reduce<Entry<ModelManifest> | undefined>(
    (latest, model) =>
      latest === undefined || model.manifest.createdAt > latest.manifest.createdAt ? model : latest,
    undefined,
  );
}
