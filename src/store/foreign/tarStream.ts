import { corruptFile } from '../fileErrors';
import { maximumArchiveBytes, maximumMembers } from './limits';
import { MemberNames } from './memberNames';
import { shown, unsupportedFile } from './refusals';
import { blockBytes, isEmptyBlock, longNameOf, paxFields, readTarHeader, type TarHeader } from './tarHeader';

/** The most bytes of a header that carries a long name or pax fields. */
const longestExtra = 2 ** 16;

type Taking = 'header' | 'extra' | 'member' | 'skipped';

/**
 * Takes a tar archive piece by piece (POSIX ustar, GNU long names, pax) and keeps the members that are wanted, in
 * memory (P4). Links, devices, sparse files and sizes that the archive cannot have are refused by their headers, before
 * anything of the member is kept.
 */
export class TarStream {
  /** Of all files, kept or not, in the order of the archive. */
  readonly names: string[] = [];
  readonly members = new Map<string, Uint8Array>();
  readonly #names: MemberNames;
  #taking: Taking = 'header';
  /** The block, extra header or member that is being filled, and how much of it is there. */
  #bytes = new Uint8Array(blockBytes);
  #filled = 0;
  #wantedBytes = blockBytes;
  #padding = 0;
  #header: TarHeader | undefined;
  /** From the extra headers before a member's own. */
  #nextName: Uint8Array | undefined;
  #nextSize: number | undefined;
  #headers = 0;
  #total = 0;
  #ended = false;

  /**
   * @param limit for the bytes of all members together, and the error for more
   * @param wanted asked once for each file, by its name and size
   */
  constructor(
    private readonly archive: string,
    private readonly limit: { readonly bytes: number; readonly exceeded: () => Error },
    private readonly wanted: (name: string, size: number) => boolean,
  ) {
    this.#names = new MemberNames(archive);
  }

  /** @throws UlmfitError `corrupt-file` or `unsupported-format` */
  write(chunk: Uint8Array): void {
    let position = 0;
    while (position < chunk.byteLength && !this.#ended) {
      const skip =
        this.#filled === this.#wantedBytes ? Math.min(this.#padding, chunk.byteLength - position) : 0;
      if (skip > 0) {
        this.#padding -= skip;
        position += skip;
      } else {
        const take = Math.min(this.#wantedBytes - this.#filled, chunk.byteLength - position);
        this.#take(chunk.subarray(position, position + take));
        position += take;
      }
      if (this.#filled === this.#wantedBytes && this.#padding === 0) this.#complete();
    }
  }

  /** @throws UlmfitError `corrupt-file` where the archive ended too early */
  end(): void {
    if (!this.#ended) throw endsTooEarly(this.archive);
  }

  #take(bytes: Uint8Array): void {
    if (this.#taking !== 'skipped') this.#bytes.set(bytes, this.#filled);
    this.#filled += bytes.byteLength;
  }

  #expect(taking: Taking, bytes: number): void {
    this.#taking = taking;
    this.#bytes = taking === 'skipped' ? new Uint8Array() : this.#allocate(bytes);
    this.#filled = 0;
    this.#wantedBytes = bytes;
    this.#padding = (blockBytes - (bytes % blockBytes)) % blockBytes;
  }

  /** The system gives memory where it is filled, so that a member that ends too early costs what came of it. */
  #allocate(bytes: number): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw unsupportedFile(
        this.archive,
        `a member of ${bytes} bytes is too large`,
        'Use a smaller model, or more memory.',
      );
    }
  }

  #complete(): void {
    const header = this.#header;
    if (this.#taking === 'header') {
      this.#startMember();
      return;
    }
    if (this.#taking === 'member' && header) this.members.set(header.name, this.#bytes);
    if (this.#taking === 'extra' && header) this.#applyExtra(header);
    this.#expect('header', blockBytes);
  }

  #applyExtra(header: TarHeader): void {
    if (header.type === 'L') this.#nextName = longNameOf(this.#bytes);
    if (header.type !== 'x') return;
    const { path, size } = paxFields(this.#bytes, this.archive);
    if (path !== undefined) this.#nextName = path;
    if (size !== undefined) this.#nextSize = size;
  }

  #startMember(): void {
    if (isEmptyBlock(this.#bytes)) {
      this.#ended = true;
      return;
    }
    const header = readTarHeader(this.#bytes, this.archive);
    if (++this.#headers > maximumMembers) {
      throw unsupportedFile(this.archive, 'it has too many members', 'Pack only the model into it.');
    }
    if (header.type === 'x' || header.type === 'g' || header.type === 'L') {
      if (header.size > longestExtra) throw corruptFile(this.archive, 'a header of it is too long');
      this.#header = header;
      this.#expectNonEmpty('extra', header.size);
      return;
    }
    const name = this.#names.accept(this.#nextName ?? header.rawName);
    const size = this.#nextSize ?? header.size;
    this.#nextName = undefined;
    this.#nextSize = undefined;
    this.#header = { ...header, name, size };
    if (header.type === 'directory') {
      this.#expectNonEmpty('skipped', size);
      return;
    }
    if (header.type !== 'file') {
      throw unsupportedFile(
        this.archive,
        `its member ${shown(name)} is no file but a link or a device`,
        'Pack the files themselves.',
      );
    }
    this.#count(name, size);
    this.names.push(name);
    this.#expectNonEmpty(this.wanted(name, size) ? 'member' : 'skipped', size);
  }

  #count(name: string, size: number): void {
    this.#total += size;
    if (this.#total > maximumArchiveBytes) {
      throw unsupportedFile(
        this.archive,
        `its member ${shown(name)} claims a size of ${size} bytes`,
        `Import files of at most ${maximumArchiveBytes / 2 ** 30} GiB.`,
      );
    }
    if (this.#total > this.limit.bytes) throw this.limit.exceeded();
  }

  /** Nothing follows for what has no bytes, so it is complete at once. */
  #expectNonEmpty(taking: Taking, bytes: number): void {
    this.#expect(taking, bytes);
    if (bytes === 0) this.#complete();
  }
}

export function endsTooEarly(archive: string): Error {
  return corruptFile(archive, 'the tar archive ends too early');
}
