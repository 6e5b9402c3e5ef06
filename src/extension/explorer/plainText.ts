/** Characters that cannot be seen or that change how others are drawn, among them those that turn the direction. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
const icon = /\$\([a-z0-9-]+(?:~[a-z]+)?\)/giu;

/**
 * Text from the disk as one line that looks like what it is: a character that cannot be seen is written as its number,
 * and what is long is cut.
 *
 * @param length in characters
 */
export function visibleText(text: string, length = 120): string {
  // A label may have a megabyte: only what can be shown is looked at.
  const line = text
    .slice(0, 2 * length)
    .replace(/[\t\n\r]+/gu, ' ')
    .replace(unseen, (character) => `⟨U+${codePoint(character)}⟩`);
  const characters = Array.from(line);
  const whole = characters.length <= length && text.length <= 2 * length;
  return whole ? line : `${characters.slice(0, length - 1).join('')}…`;
}

/** For the places where VS Code draws `$(name)` as an icon: the status bar and quick picks. */
export function withoutIcons(text: string): string {
  return text.replace(icon, '\\$&');
}

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

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
