import { UlmfitError } from '../errors';
import type { EntryContent } from '../store/entries';
import type { ExportedEntry } from '../store/exportFolder';
import type { ModelConfig } from '../store/manifest';
import { type AwdLstmConfig, languageModelConfig } from './awdLstmConfig';
import { classifierConfigOf, fromManifestConfig } from './manifestConfig';
import type { TextClassifierConfig } from './textClassifier';
import { classifierShapes, languageModelShapes, tensorsOfShapes } from './weightShapes';

/**
 * The settings of a language model, after a look whether its weights and words are what they tell of: a model of these
 * sizes is then as large as its file.
 * @throws {UlmfitError} `corrupt-file`
 */
export function checkedLanguageModel(content: EntryContent, settings: ModelConfig): AwdLstmConfig {
  const config = fromManifestConfig(settings, languageModelConfig);
  checkPadding(content, config);
  tensorsOfShapes(content.tensors, languageModelShapes(config, content.vocab.length));
  return config;
}

/** The settings of a classifier, as {@link checkedLanguageModel}. @throws {UlmfitError} `corrupt-file` */
export function checkedClassifier(
  content: EntryContent,
  settings: ModelConfig,
  classes: number,
): TextClassifierConfig {
  const config = classifierConfigOf(settings);
  checkPadding(content, config);
  const widths = [3 * config.embSz, ...config.linFtrs, classes];
  tensorsOfShapes(content.tensors, classifierShapes(config, content.vocab.length, widths));
  return config;
}

/** Looks at all that an encoder or a model of the store consists of. @throws {UlmfitError} `corrupt-file` */
export function checkEntry({ manifest, members, ...content }: ExportedEntry): void {
  if (manifest.kind === 'encoder') {
    checkedLanguageModel(content, manifest.config);
    return;
  }
  for (const [index, each] of (members ?? [content]).entries()) {
    checkedClassifier(each, manifest.members?.[index]?.config ?? manifest.config, manifest.classes.length);
  }
}

function checkPadding({ vocab }: EntryContent, { padToken }: AwdLstmConfig): void {
  if (padToken < vocab.length) return;
  throw new UlmfitError(
    'corrupt-file',
    `The padding is word ${padToken}, but there are ${vocab.length} words.`,
    'Use the file of an AWD-LSTM that is complete.',
  );
}
