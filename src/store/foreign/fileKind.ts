import { type ByteSource, readPart } from '../byteSource';
import { formatHeaderBytes } from '../safetensorsHeader';

export type FileKind = 'zip' | 'gzip' | 'tar' | 'safetensors' | 'pickle' | 'json' | 'hdf5' | 'unknown';

/** What a file is by its first bytes; names of files say nothing reliable. */
export async function fileKind(source: ByteSource): Promise<FileKind> {
  const head = Buffer.from(await readPart(source, 0, Math.min(512, source.size)));
  const startsWith = (text: string) => head.subarray(0, text.length).toString('latin1') === text;
  if (startsWith('PK\x03\x04') || startsWith('PK\x05\x06')) return 'zip';
  if (startsWith('\x1f\x8b')) return 'gzip';
  if (startsWith('\x89HDF')) return 'hdf5';
  if (head.subarray(257, 262).toString('latin1') === 'ustar') return 'tar';
  // Before pickles: a header of 128 bytes begins with the byte that pickles begin with.
  if (head.length >= 9 && head[8] === 0x7b && head.readBigUInt64LE(0) <= BigInt(formatHeaderBytes)) {
    return 'safetensors';
  }
  if (head[0] === 0x80) return 'pickle';
  if (/^[ \t\r\n]*[[{]/.test(head.toString('latin1'))) return 'json';
  return 'unknown';
}
