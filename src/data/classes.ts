/** Order of strings by code point, as Python sorts them (JavaScript's own order differs beyond U+FFFF). */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      // A surrogate stands for a code point above all others of 16 bits.
      const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
      return isHigh(left) === isHigh(right) ? left - right : isHigh(left) ? 1 : -1;
    }
  }
  return a.length - b.length;
}

/** The different labels in the order in which fastai numbers classes: by code point; whole numbers by value. */
export function sortedClasses(labels: Iterable<string>): string[] {
  const classes = Array.from(new Set(labels)).sort(compareCodePoints);
  if (!classes.every((label) => /^[+-]?\d{1,15}$/.test(label))) return classes;
  return classes.sort((a, b) => Number(a) - Number(b));
}
