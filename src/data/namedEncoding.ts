import { isUtf8 } from 'node:buffer';
import { UlmfitError } from '../errors';
import { decodeWindows1252, undefinedByteOffset } from './windows1252';

/** Bytes decoded per step: bounds the memory of a conversion beside input and output. */
const stepBytes = 1 << 16;

/**
 * The name by which the decoder knows an encoding, from any of its usual names (`cp1252`, `SJIS`, `gbk`, `latin1`, …).
 *
 * @throws UlmfitError 'bad-setting' for a name that no decoder knows
 */
export function encodingName(name: string): string {
  const plain = name.trim().toLowerCase();
  if (/^(iso[-_]?8859[-_]?1|latin[-_]?1|l1)$/.test(plain)) return 'latin1';
  if (/^(utf[-_]?16|ucs[-_]?2|unicode)$/.test(plain)) return 'utf-16';
  const alias = plain
    .replace(/^cp(125\d)$/, 'windows-$1')
    .replace(/^cp936$/, 'gbk')
    .replace(/^cp932$/, 'shift_jis');
  try {
    const known = new TextDecoder(alias).encoding;
    return known === 'gbk' ? 'gb18030' : known;
  } catch (cause) {
    throw new UlmfitError(
      'bad-setting',
      `There is no encoding named “${name}”.`,
      'Use one of utf-8, utf-16le, utf-16be, latin1, windows-1252, gb18030, shift_jis, or another name of the WHATWG encoding standard.',
      { cause },
    );
  }
}

/** Where a file stops being in the encoding it was read as. */
export class NotInEncoding extends Error {
  constructor(
    readonly encoding: string,
    readonly offset: number,
  ) {
    super(`not ${encoding} at byte ${offset}`);
  }
}

/**
 * Converts a file's bytes to UTF-8 without a byte order mark, strictly: nothing is replaced. UTF-8 comes back
 * uncopied.
 *
 * @param encoding a name that {@link encodingName} gives
 * @throws NotInEncoding with the offset of the byte at which decoding fails
 */
export function toUtf8(bytes: Uint8Array, encoding: string): Buffer {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === 'utf-8' && isUtf8(view)) return withoutByteOrderMark(view);
  if (encoding === 'latin1') return Buffer.from(view.toString('latin1'), 'utf8');
  if (encoding === 'windows-1252') {
    const offset = undefinedByteOffset(view);
    if (offset >= 0) throw new NotInEncoding(encoding, offset);
    return Buffer.from(decodeWindows1252(view), 'utf8');
  }
  const named = encoding === 'utf-16' ? utf16Order(view) : encoding;
  return withoutByteOrderMark(Buffer.concat(decodeSteps(view, named)));
}

function decodeSteps(bytes: Buffer, encoding: string): Buffer[] {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += stepBytes) {
    try {
      pieces.push(Buffer.from(decoder.decode(bytes.subarray(start, start + stepBytes), { stream: true })));
    } catch {
      throw new NotInEncoding(encoding, failureOffset(bytes, encoding, start));
    }
  }
  try {
    pieces.push(Buffer.from(decoder.decode()));
  } catch {
    // The last character is cut short.
    throw new NotInEncoding(encoding, bytes.length - 1);
  }
  return pieces;
}

/** `TextDecoder` does not say where it fails, so the failing step is decoded once more, byte by byte. */
function failureOffset(bytes: Buffer, encoding: string, stepStart: number): number {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  for (let start = 0; start < stepStart; start += stepBytes) {
    decoder.decode(bytes.subarray(start, start + stepBytes), { stream: true });
  }
  for (let offset = stepStart; offset < bytes.length; offset++) {
    try {
      decoder.decode(bytes.subarray(offset, offset + 1), { stream: true });
    } catch {
      return offset;
    }
  }
  return stepStart;
}

function utf16Order(bytes: Buffer): string {
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le';
}

function withoutByteOrderMark(utf8: Buffer): Buffer {
  return utf8[0] === 0xef && utf8[1] === 0xbb && utf8[2] === 0xbf ? utf8.subarray(3) : utf8;
}
