import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { type ByteSource, MemorySource, PartSource, readPart } from '../byteSource';
import { corruptFile } from '../fileErrors';
import { crc32 } from './crc32';
import { expansionLimit } from './limits';
import { type CentralEntry, readCentralDirectory } from './zipDirectory';
import { shown, suspiciousSize, throwIfCancelled, unsupportedFile } from './refusals';

const localSignature = 0x04034b50;
const localHeaderBytes = 30;
const chunkBytes = 2 ** 22;

/**
 * A zip file's members, read by name (P4): PKWARE's APPNOTE.TXT with zip64. The central directory must agree with each
 * member's own header, and no two members may share bytes.
 */
export class ZipFile {
  readonly #checked = new Map<string, Promise<ByteSource>>();

  private constructor(
    private readonly source: ByteSource,
    private readonly entries: ReadonlyMap<string, CentralEntry>,
  ) {}

  /** @throws UlmfitError `corrupt-file` or `unsupported-format` */
  static async open(source: ByteSource): Promise<ZipFile> {
    const entries = await readCentralDirectory(source);
    return new ZipFile(source, new Map(entries.map((entry) => [entry.name, entry])));
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** The size of all members together, unpacked. */
  get unpackedBytes(): number {
    return [...this.entries.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The size a member has unpacked, in bytes. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.size;
  }

  /**
   * A member, its checksum compared. A member that is not compressed is read where it lies.
   * @throws UlmfitError `corrupt-file`, `unsupported-format` or `cancelled`
   */
  member(name: string, signal?: AbortSignal): Promise<ByteSource> {
    const known = this.#checked.get(name);
    if (known) return known;
    const opened = this.#open(name, signal);
    this.#checked.set(name, opened);
    return opened;
  }

  async #open(name: string, signal: AbortSignal | undefined): Promise<ByteSource> {
    const entry = this.entries.get(name);
    const path = this.source.name;
    if (!entry) throw corruptFile(path, `its member ${shown(name)} is missing`);
    const start = await this.#dataStart(entry);
    const packed = new PartSource(`${path} › ${name}`, this.source, start, entry.packedSize);
    const member = entry.method === 0 ? packed : await inflated(packed, entry);
    await compareChecksum(member, entry.crc, signal);
    return member;
  }

  /** Where a member's bytes begin: behind its own header, which must say what the directory says. */
  async #dataStart(entry: CentralEntry): Promise<number> {
    const bytes = await readPart(this.source, entry.headerOffset, localHeaderBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const nameBytes = view.getUint16(26, true);
    const start = entry.headerOffset + localHeaderBytes + nameBytes + view.getUint16(28, true);
    const name = await readPart(this.source, entry.headerOffset + localHeaderBytes, nameBytes);
    const agrees =
      view.getUint32(0, true) === localSignature &&
      view.getUint16(8, true) === entry.method &&
      Buffer.compare(name, entry.rawName) === 0 &&
      // Sizes and checksum may stand behind the data instead (bit 3), or in the zip64 field (all ones).
      (view.getUint16(6, true) & 8 ||
        (view.getUint32(14, true) === entry.crc &&
          [entry.packedSize, 0xffffffff].includes(view.getUint32(18, true)) &&
          [entry.size, 0xffffffff].includes(view.getUint32(22, true))));
    if (!agrees || start + entry.packedSize > entry.spaceEnd) {
      throw corruptFile(this.source.name, `its directory and its member ${shown(entry.name)} disagree`);
    }
    return start;
  }
}

async function inflated(packed: ByteSource, entry: CentralEntry): Promise<ByteSource> {
  if (entry.method !== 8) {
    throw unsupportedFile(
      packed.name,
      `it is compressed by method ${entry.method}`,
      'Pack it again as a plain zip.',
    );
  }
  if (entry.size > expansionLimit(entry.packedSize)) throw suspiciousSize(packed.name);
  const bytes = await readPart(packed, 0, packed.size);
  let result: Uint8Array;
  try {
    result = await promisify(inflateRaw)(bytes, { maxOutputLength: Math.max(1, entry.size) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw corruptFile(packed.name, `it cannot be unpacked (${error.message})`);
  }
  if (result.byteLength !== entry.size)
    throw corruptFile(packed.name, 'it unpacks to another size than it says');
  return new MemorySource(packed.name, result);
}

async function compareChecksum(
  member: ByteSource,
  expected: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let crc = 0;
  // One buffer for all pieces: a new one for each would pile up faster than it is collected.
  const buffer = new Uint8Array(Math.min(chunkBytes, member.size));
  for (let position = 0; position < member.size; position += chunkBytes) {
    throwIfCancelled(signal);
    const piece = buffer.subarray(0, member.size - position);
    await member.readInto(piece, position);
    crc = crc32(piece, crc);
  }
  if (crc !== expected) throw corruptFile(member.name, 'its checksum is wrong');
}
