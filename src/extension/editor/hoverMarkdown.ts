import type { Classification } from '../api';
import type { Language } from '../explorer/language';
import { escapedMarkdown } from '../explorer/plainText';
import { probabilityText } from './probabilityText';

const shownClasses = 20;

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
