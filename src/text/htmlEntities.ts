import { decodeHTML } from 'entities';

/** What numeric references to 0x80 … 0x9f mean instead: the characters of Windows-1252. */
const windows1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

const reference = /&(?:#(\d+);?|#[xX]([\da-fA-F]+);?|[^\t\n\f <&#;]{1,32};?)/gu;

/**
 * Replaces HTML character references the way Python's `html.unescape` does: names also without their semicolon,
 * the longest that fits; numbers in both bases; a reference to a control or non-character vanishes.
 */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(reference, (whole, decimal: string | undefined, hexadecimal: string | undefined) => {
    if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
    if (hexadecimal !== undefined) return characterOf(Number.parseInt(hexadecimal, 16));
    // Holds no second ampersand, so this decodes just the one reference.
    return decodeHTML(whole);
  });
}

function characterOf(codePoint: number): string {
  if (codePoint === 0) return '\ufffd';
  if (codePoint >= 0x80 && codePoint <= 0x9f) return windows1252.charAt(codePoint - 0x80);
  if ((codePoint >= 0xd800 && codePoint <= 0xdfff) || codePoint > 0x10ffff) return '\ufffd';
  return isDropped(codePoint) ? '' : String.fromCodePoint(codePoint);
}

function isDropped(codePoint: number): boolean {
  return (
    codePoint <= 0x08 ||
    codePoint === 0x0b ||
    (codePoint >= 0x0e && codePoint <= 0x1f) ||
    codePoint === 0x7f ||
    (codePoint >= 0xfdd0 && codePoint <= 0xfdef) ||
    (codePoint & 0xfffe) === 0xfffe
  );
}
