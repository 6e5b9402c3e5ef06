import { isWordCharacter, unassignedClass } from './pythonUnicode';
import { topLevelDomainPattern } from './spacyEnglish';

/**
 * Whether a span without white space is a web or mail address: what spaCy 2.2.4's `token_match` accepts,
 * `[scheme://] [user[:password]@] host [:port] [path]`, host a dotted IPv4 address or a domain name.
 *
 * spaCy's expression takes cubic time on some strings. This accepts the same strings in linear time: the user part may
 * hold anything, so a host can start only at the beginning, after the scheme, or after any `@`; and a host
 * cannot hold `@ : / ? #`, so it ends at the first of these.
 */
export function isUrl(span: string): boolean {
  // A host has a dot in it.
  if (!span.includes('.')) return false;
  if (isHostWithRest(span, 0)) return true;
  const afterScheme = schemeLength(span);
  if (afterScheme > 0 && isHostWithRest(span, afterScheme)) return true;
  for (let at = span.indexOf('@', 1); at !== -1; at = span.indexOf('@', at + 1)) {
    if (isHostWithRest(span, at + 1)) return true;
  }
  return false;
}

/** Length of `scheme://` at the start of the span, 0 where there is none. */
function schemeLength(span: string): number {
  const colon = span.indexOf(':');
  if (colon < 2 || !span.startsWith('//', colon + 1)) return 0;
  let characters = 0;
  for (const character of span.slice(0, colon)) {
    if (!/[-+.]/.test(character) && !isWordCharacter(character.codePointAt(0) ?? 0)) return 0;
    characters++;
  }
  return characters >= 2 ? colon + 3 : 0;
}

const digit = `(?:(?![${unassignedClass}])\\p{Nd})`;
const portAndPath = new RegExp(`:${digit}{2,5}(?:[/?#]|$)`, 'uy');

function isHostWithRest(span: string, start: number): boolean {
  let end = start;
  while (end < span.length && !/[@:/?#]/.test(span.charAt(end))) end++;
  if (span[end] === '@') return false;
  const host = span.slice(start, end);
  if (!isDomain(host) && !isAddress(host)) return false;
  if (span[end] !== ':') return true;
  portAndPath.lastIndex = end;
  return portAndPath.test(span);
}

/** Labels with a dot after each, then a top-level domain. */
function isDomain(host: string): boolean {
  const lastDot = host.lastIndexOf('.');
  // 63 letters of two UTF-16 units each at most.
  if (lastDot < 1 || host.length - lastDot - 1 > 126) return false;
  if (!topLevelDomainPattern.test(host.slice(lastDot + 1))) return false;
  let labelStart = 0;
  for (let at = 0; at <= lastDot; at++) {
    const unit = host.charCodeAt(at);
    if (unit === 0x2e) {
      const length = at - labelStart;
      if (length < 1 || length > 64) return false;
      if (isJoiner(host.charCodeAt(labelStart)) || isJoiner(host.charCodeAt(at - 1))) return false;
      labelStart = at + 1;
    } else if (!isLabelUnit(unit) && !isJoiner(unit)) {
      return false;
    }
  }
  return true;
}

/** Allowed in a label, but not at its ends. */
function isJoiner(unit: number): boolean {
  return unit === 0x2d || unit === 0x5f;
}

/** A letter or digit, or anything beyond ASCII in the basic plane. */
function isLabelUnit(unit: number): boolean {
  if (unit >= 0xa1) return unit < 0xd800 || unit > 0xdfff;
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

const octet = `(?:1?${digit}{1,2}|2[0-4]${digit}|25[0-5])`;
// Private networks are not taken for addresses.
const notPrivate =
  `(?!(?:10|127)(?:\\.${digit}{1,3}){3})` +
  `(?!(?:169\\.254|192\\.168)(?:\\.${digit}{1,3}){2})` +
  `(?!172\\.(?:1[6-9]|2${digit}|3[0-1])(?:\\.${digit}{1,3}){2})`;
const address = new RegExp(
  `^${notPrivate}(?:[1-9]${digit}?|1${digit}${digit}|2[01]${digit}|22[0-3])(?:\\.${octet}){2}` +
    `\\.(?:[1-9]${digit}?|1${digit}${digit}|2[0-4]${digit}|25[0-4])$`,
  'u',
);

function isAddress(host: string): boolean {
  // Four groups of three digits, each of two UTF-16 units at most, and three dots.
  return host.length <= 27 && address.test(host);
}
