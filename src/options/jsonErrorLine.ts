const longest = 100_000;

/**
 * The 1-based line where a text stops being JSON; of one that merely ends too early, the last. `JSON.parse` tells the
 * position of some errors only: the line is the first up to which nothing could be added that makes it JSON.
 *
 * @returns undefined for texts so long that nobody wrote them by hand, and for JSON
 */
export function lineOfJsonError(text: string): number | undefined {
  if (text.length > longest || jsonError(text) === undefined) return undefined;
  const lines = text.split('\n');
  for (let line = 1; line <= lines.length; line++) {
    const part = `${lines.slice(0, line).join('\n')}\n`;
    const error = jsonError(part);
    if (error !== undefined && !endsTooEarly(error, part.length)) return line;
  }
  return lines.length;
}

function endsTooEarly(error: string, length: number): boolean {
  const position = /at position (\d+)/u.exec(error)?.[1];
  return position === undefined ? error.includes('end of JSON input') : Number(position) >= length;
}

function jsonError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
