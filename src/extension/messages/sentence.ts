import { visibleText } from '../explorer/plainText';

/** What a sentence names: from files, from other programs, from anybody. */
export type Value = string | number;

/** VS Code itself shows no more of a notification. */
const longestValue = 1000;

/**
 * A link of the template itself. In notifications, and below input boxes, VS Code draws `[label](address)` as a link;
 * one to `command:` runs that command when it is clicked.
 */
const ownLink = /(\[[^\]{}]+\]\((?:https?:\/\/|command:|file:)[^)\s{}]+\))/iu;

/**
 * A sentence with its values in their places, in which nothing but the template's own links is a link, whatever the
 * values are and however they stand beside each other.
 *
 * @param template localised, with `{0}`, `{1}` for the values
 */
export function sentence(template: string, values: readonly Value[] = []): string {
  return template
    .split(ownLink)
    .map((part, place) => (place % 2 === 1 ? part : withoutLinks(filled(part, values))))
    .join('');
}

/** The same for text that was put together elsewhere: none of it is a link. Its lines stay. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

function filled(template: string, values: readonly Value[]): string {
  return template.replace(/\{(\d+)\}/gu, (place, number: string) => {
    const value = values[Number(number)];
    return value === undefined ? place : visibleText(String(value), longestValue);
  });
}
