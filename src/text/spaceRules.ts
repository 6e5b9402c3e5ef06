/** A space on each side of every `/`, `#` and line end (fastai 1.0.61, `spec_add_spaces`). */
export function specAddSpaces(text: string): string {
  return text.replace(/[/#\n]/g, ' $& ');
}

/** Two or more spaces become one; nothing is trimmed (fastai 1.0.61, `rm_useless_spaces`). */
export function rmUselessSpaces(text: string): string {
  return text.replace(/ {2,}/g, ' ');
}
