import type { Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import { entryFacts, type EntrySurroundings } from './entryFacts';
import { factsAsText } from './facts';
import type { Language } from './language';
import { visibleText } from './plainText';
import { countText } from './quantities';

const longestLabel = 500;

/** Everything that the store knows of an encoder or a model, as plain text. */
export function entryDetails(
  entry: Entry<EncoderManifest> | Entry<ModelManifest>,
  around: EntrySurroundings,
  { l10n, locale }: Language,
): string {
  const { manifest, folder } = entry;
  const { run } = manifest.lineage;
  const sections = [
    factsAsText(entryFacts(entry, around, { l10n, locale })),
    section(l10n.t('Folder'), [visibleText(folder, longestLabel)]),
    run === undefined ? '' : section(l10n.t('Run'), [visibleText(run, longestLabel)]),
    manifest.kind === 'model'
      ? section(
          l10n.t('Classes'),
          manifest.classes.map((label) => visibleText(label, longestLabel)),
        )
      : '',
    section(
      l10n.t('Data'),
      (manifest.lineage.data?.files ?? []).map((file) => visibleText(file, longestLabel)),
    ),
    section(
      l10n.t('Configuration'),
      Object.entries(manifest.config).map(
        ([name, value]) => `${visibleText(name)}: ${visibleText(JSON.stringify(value), longestLabel)}`,
      ),
    ),
    section(
      l10n.t('Files'),
      Object.entries(manifest.files).map(
        ([name, { bytes, sha256 }]) =>
          `${visibleText(name)}: ${countText(bytes, { l10n, locale })} byte, sha256 ${sha256}`,
      ),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`), ''].join('\n');
}
