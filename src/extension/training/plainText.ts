import { visibleText, withoutIcons } from '../explorer/plainText';

/**
 * Text from a file as a quick pick can show it: on one line, without icons or hidden characters, cut to a length.
 *
 * @param length in characters
 */
export function plainText(text: string, length = 120): string {
  // A cell may have a megabyte: only what can be seen is looked at.
  const line = text
    .slice(0, 8 * length)
    .replace(/\s+/gu, ' ')
    .trim();
  return withoutIcons(visibleText(line, length));
}
