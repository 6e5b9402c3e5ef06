import type { Classification } from '../api';
import type { Language } from '../explorer/language';
import { visibleText } from '../explorer/plainText';
import { probabilityText } from './probabilityText';

const shownClasses = 20;

/**
 * Data as Markdown that shows it as it is. Every character that could mean something is written as a reference, which
 * Markdown takes for text wherever it stands, in a cell of a table too.
 */
export function escapedMarkdown(text: string, length = 120): string {
  return visibleText(text, length).replace(
    /[^\p{L}\p{N}\p{M} ]/gu,
    (character) => `&#${(character.codePointAt(0) ?? 0).toString()};`,
  );
}

/** The hover of a classification: all classes in a table, and the words that spoke for it where they are known. */
export function hoverMarkdown(
  { label, model, probabilities }: Classification,
  words: readonly (readonly [word: string, weight: number])[],
  language: Language,
): string {
  const { l10n } = language;
  const rows = probabilities
    .slice(0, shownClasses)
    .map(
      (each) =>
        `| ${strong(escapedMarkdown(each.label), each.label === label)} | ${escapedMarkdown(probabilityText(each.probability, language, 1))} |`,
    );
  const more = probabilities.length - rows.length;
  const title = escapedMarkdown(l10n.t('Classified by {0}', model), 300);
  const lines = [
    title,
    '',
    `| ${escapedMarkdown(l10n.t('Class'))} | ${escapedMarkdown(l10n.t('Probability'))} |`,
    '| :-- | --: |',
    ...rows,
  ];
  if (more > 0) lines.push('', escapedMarkdown(l10n.t('and {0} more classes', more)));
  if (words.length > 0) {
    const listed = words.map(
      ([word, weight]) =>
        `${strong(escapedMarkdown(word, 40), true)} ${escapedMarkdown(probabilityText(weight, language))}`,
    );
    lines.push('', `${escapedMarkdown(l10n.t('Words that spoke for it'))}&#58; ${listed.join(', ')}`);
  }
  return lines.join('\n');
}

function strong(markdown: string, isStrong: boolean): string {
  return isStrong && markdown.trim() !== '' ? `**${markdown}**` : markdown;
}
