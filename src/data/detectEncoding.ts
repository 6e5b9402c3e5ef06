/**
 * Which encoding a file is in. The rule is to be right or to refuse: a wrong guess would train a model on noise without
 * anyone noticing, while a refusal costs the user one setting.
 */
import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { encodingName, NotInEncoding, toUtf8 } from './namedEncoding';
import { decodeWindows1252, undefinedByteOffset } from './windows1252';

export type Detection =
  | { readonly encoding: string }
  /** Not text at all: the offset of the byte that shows it. */
  | { readonly binaryAt: number }
  /** Text in an encoding that cannot be told for sure. */
  | { readonly unsureAt: number; readonly reason: string; readonly candidates: readonly string[] };

const sampleBytes = 1 << 16;
/** chardet's confidence (0–100) from which a multi-byte encoding is believed: 10 is its "nothing speaks against it". */
const sure = 50;
/** How much more confident than other multi-byte readings it has to be. */
const margin = 10;
const multiByte = new Set(['gb18030', 'shift_jis', 'big5', 'euc-jp', 'euc-kr']);

export function detectEncoding(bytes: Buffer): Detection {
  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return { encoding: marked };
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const order = utf16WithoutMark(bytes);
    return order === undefined ? { binaryAt: nul } : { encoding: order };
  }
  const control = binaryControlOffset(bytes);
  if (control >= 0) return { binaryAt: control };
  if (isUtf8(bytes)) return { encoding: 'utf-8' };
  const damage = damagedUtf8Offset(bytes);
  if (damage !== undefined) {
    return { unsureAt: damage, reason: 'is UTF-8 up to here, but not here', candidates: ['utf-8'] };
  }
  return legacyEncoding(bytes);
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // FF FE 00 00 is the mark of UTF-32, which is left to be refused for its NUL bytes.
  if (bytes[0] === 0xff && bytes[1] === 0xfe && !(bytes[2] === 0 && bytes[3] === 0)) return 'utf-16le';
  return undefined;
}

/**
 * UTF-16 shows itself by its spaces and line ends: a NUL byte on the same side of each. Text has these and no other
 * control characters.
 */
function utf16WithoutMark(bytes: Buffer): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const end = Math.min(bytes.length, sampleBytes);
  let little = 0;
  let big = 0;
  let bothZero = 0;
  for (let i = 0; i < end; i += 2) {
    const first = bytes[i] ?? 0;
    const second = bytes[i + 1] ?? 0;
    if (first === 0 && second === 0) bothZero++;
    else if (second === 0) little += plausibleAscii(first);
    else if (first === 0) big += plausibleAscii(second);
  }
  if (bothZero > 0 || Math.max(little, big) <= 3 * Math.max(0, Math.min(little, big))) return undefined;
  const order = little > big ? 'utf-16le' : 'utf-16be';
  if (!decodes(bytes, order)) return undefined;
  const text = toUtf8(bytes.subarray(0, end), order).toString();
  return /(?![\t-\r])[\p{Cc}\p{Cn}\p{Co}]/u.test(text) ? undefined : order;
}

/** Control characters count heavily against a byte order; beyond ASCII a NUL beside a byte says nothing. */
function plausibleAscii(byte: number): number {
  if (byte >= 0x7f) return 0;
  return byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d ? 1 : -20;
}

/** The first control character, where more than one byte in a hundred is one; −1 for text. */
function binaryControlOffset(bytes: Buffer): number {
  const end = Math.min(bytes.length, sampleBytes);
  let first = -1;
  let count = 0;
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] ?? 0;
    // Tab, line feed, vertical tab, form feed, carriage return and escape do occur in texts.
    if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b) {
      if (first < 0) first = i;
      count++;
    }
  }
  return count * 100 > end ? first : -1;
}

/**
 * The offset of the first byte that is not UTF-8, where nearly all the others are: a damaged file rather than another
 * encoding, whose letters hardly ever form UTF-8 sequences by chance.
 */
function damagedUtf8Offset(bytes: Buffer): number | undefined {
  let good = 0;
  let bad = 0;
  let firstBad = 0;
  for (let i = 0; i < bytes.length;) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x80) {
      i++;
      continue;
    }
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (byte >= 0xc2 && byte <= 0xf4 && isUtf8(bytes.subarray(i, i + length))) {
      good++;
      i += length;
    } else {
      if (bad === 0) firstBad = i;
      bad++;
      i++;
    }
  }
  return good >= 10 * bad ? firstBad : undefined;
}

/**
 * Encodings of the days before Unicode. Windows-1252 and the multi-byte ones can be told apart by how their bytes
 * follow each other; the other single-byte ones (of Polish, Russian, Greek, …) are proposed but never taken.
 */
function legacyEncoding(bytes: Buffer): Detection {
  const sample = linesWithHighBytes(bytes);
  const readings = distinctReadings(sample);
  const firstHigh = bytes.findIndex((byte) => byte >= 0x80);
  const unsure: Refuse = (reason, unsureAt = firstHigh) => ({
    unsureAt,
    reason,
    candidates: readings.map(({ encoding }) => encoding),
  });
  const ambiguous = 'can be read in more than one way';
  const wide = readings.filter(({ encoding }) => multiByte.has(encoding));
  const narrow = readings.filter(({ encoding }) => !multiByte.has(encoding));

  if (readsAsWestern(sample)) {
    const [best, next] = narrow;
    if (best?.encoding !== 'windows-1252') return unsure(ambiguous);
    const rivals = [next?.confidence ?? 0, ...wide.map(({ confidence }) => confidence)];
    if (Math.max(...rivals) >= best.confidence || onlyPairsOfHighBytes(sample)) return unsure(ambiguous);
    return confirmed(bytes, best.encoding, unsure);
  }
  if (mostlyKana(sample)) return confirmed(bytes, 'shift_jis', unsure);
  const [best, next] = wide;
  if (best === undefined) return unsure('is in none of the encodings that can be told apart');
  if (best.confidence < sure) return unsure('has too few such characters to tell its encoding');
  if (next !== undefined && next.confidence + margin > best.confidence) return unsure(ambiguous);
  return confirmed(bytes, best.encoding, unsure);
}

type Refuse = (reason: string, offset?: number) => Detection;

/** The choice was made on a sample; all of the file has to agree. */
function confirmed(bytes: Buffer, encoding: string, unsure: Refuse): Detection {
  try {
    toUtf8(bytes, encoding);
    return { encoding };
  } catch (error) {
    if (!(error instanceof NotInEncoding)) throw error;
    return unsure(`looks like ${encoding}, but not here`, error.offset);
  }
}

interface Reading {
  readonly encoding: string;
  readonly confidence: number;
}

/** chardet's proposals that decode the sample, best first; of those that give the same text, the best. */
function distinctReadings(sample: Buffer): Reading[] {
  const texts = new Set<string>();
  const readings: Reading[] = [];
  for (const { name, confidence } of analyse(sample)) {
    const encoding = supportedName(name);
    if (encoding === undefined || !decodes(sample, encoding)) continue;
    const text = toUtf8(sample, encoding).toString();
    if (texts.has(text)) continue;
    texts.add(text);
    readings.push({ encoding, confidence });
  }
  return readings;
}

function supportedName(name: string): string | undefined {
  if (name === 'ASCII' || name === 'UTF-8' || name.startsWith('UTF-') || name.startsWith('ISO-2022'))
    return undefined;
  // Windows-1252 is Latin-1 and more.
  return name === 'ISO-8859-1' ? 'windows-1252' : encodingName(name);
}

function decodes(bytes: Buffer, encoding: string): boolean {
  try {
    toUtf8(bytes, encoding);
    return true;
  } catch (error) {
    if (error instanceof NotInEncoding) return false;
    throw error;
  }
}

/** Whole lines that say something about the encoding, up to a limit; line feeds are never part of a character. */
function linesWithHighBytes(bytes: Buffer): Buffer {
  const lines: Buffer[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length && size < sampleBytes;) {
    const feed = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, feed < 0 ? bytes.length : feed + 1);
    if (line.some((byte) => byte >= 0x80)) {
      lines.push(line.subarray(0, 4 * sampleBytes));
      size += line.length;
    }
    at += line.length;
  }
  return Buffer.concat(lines);
}

/** Punctuation and signs of Windows-1252 where texts have them; elsewhere they are the halves of other characters. */
const westernSigns = new RegExp(
  [
    '[‘’“”„‚–—…•€™‹›©®°ºª·½¼¾\u00a0\u00ad]',
    '(?<![\\p{L}\\p{N}])[¿¡](?=[\\p{L}\\s¿¡])',
    '(?:£|§)(?=[\\s\\d§\u00a0])',
    '(?<=^|[\\s(",;:.>\u00a0])«(?=[\\s\\p{L}\\p{N}("\u00a0])',
    '(?<=[\\s\\p{L}\\p{N}\\p{Po})"\u00a0])»(?=$|[\\s\\p{Po})<"\u00a0])',
    '(?<=[\\p{L}\\p{N}])[²³](?!\\p{L})',
    '±(?=[\\s\\d])|µ(?=\\p{L})|(?<=[\\s\\d])×|(?<=\\p{L})´(?=\\p{L})',
  ].join('|'),
  'gmu',
);

/**
 * Whether the bytes above 0x7F look like accented letters and punctuation when read as Windows-1252: at most two
 * letters in a row, no capital right after a small letter, signs where they belong.
 */
function readsAsWestern(sample: Buffer): boolean {
  if (undefinedByteOffset(sample) >= 0) return false;
  const text = decodeWindows1252(sample);
  const all = text.match(/\P{ASCII}/gu)?.length ?? 0;
  let good = text.match(westernSigns)?.length ?? 0;
  for (const [letters] of text.matchAll(/[À-ÖØ-öø-ÿŠšŽžŒœŸ]+/g))
    if (letters.length <= 2) good += letters.length;
  good -= text.match(/(?<=[a-zß-öø-ÿšžœ])[À-ÖØ-ÞŠŽŒŸ]/g)?.length ?? 0;
  return good >= 0.9 * all;
}

/** In GB 2312 and its like nearly every character is two high bytes; accented letters mostly stand alone. */
function onlyPairsOfHighBytes(sample: Buffer): boolean {
  let run = 0;
  for (const byte of sample) {
    if (byte >= 0x80) run++;
    else if (run % 2 !== 0) return false;
    else run = 0;
  }
  return run % 2 === 0 && decodes(sample, 'gb18030');
}

/** Kana are so frequent in Japanese, and so rare as a misreading, that three of them are enough. */
function mostlyKana(sample: Buffer): boolean {
  if (!decodes(sample, 'shift_jis')) return false;
  const text = toUtf8(sample, 'shift_jis').toString();
  const kana = text.match(/[\u3041-\u3096\u30a1-\u30fc]/gu)?.length ?? 0;
  const others = text.match(/(?![\u3041-\u3096\u30a1-\u30fc])\P{ASCII}/gu)?.length ?? 0;
  return kana >= 3 && kana * 2 >= others;
}
