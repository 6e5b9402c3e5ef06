/**
 * SHA-256 of files that are too large to be read whenever a program starts: TensorFlow's and CUDA's libraries have
 * gigabytes. A hash is remembered with device, inode, size and ctime of its file. The system sets ctime at every change
 * of content, owner or mode, and has no call that sets it to something else; so while these four are the same, the file
 * is the one that was read. (Windows has such a call, but no engine there has a file of that size.) What is remembered is
 * written when an engine is installed, in the folder of the engines, where this user alone can write.
 */
import { type BigIntStats, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { foreignHand, thisUser } from './ownership';

/** Smaller files are read each time: that takes a blink. */
export const smallBytes = 64n * 2n ** 20n;

/** The clock of ctime ticks. What changed just now may change once more within the same tick. */
export const restMilliseconds = 2000;

const text = v.pipe(v.string(), v.maxLength(64));
const known = v.object({ sha256: text, dev: text, ino: text, size: text, ctime: text });
const schema = v.record(v.string(), known);
type Known = v.InferOutput<typeof known>;

export class KnownHashes {
  readonly #known: Map<string, Known>;
  #isChanged = false;

  private constructor(
    private readonly path: string,
    entries: Record<string, Known>,
  ) {
    this.#known = new Map(Object.entries(entries));
  }

  /** @param user whose the file must be */
  static beside(engineFolder: string, user: number | undefined = thisUser()): KnownHashes {
    const path = `${engineFolder}.hashes.json`;
    try {
      if (foreignHand(lstatSync(path, { bigint: true }), user)) return new KnownHashes(path, {});
      return new KnownHashes(path, v.parse(schema, JSON.parse(readFileSync(path, 'utf8'))));
    } catch {
      // None yet, or not readable: then every file is read.
      return new KnownHashes(path, {});
    }
  }

  find(file: string, stats: BigIntStats): string | undefined {
    const { sha256, ...identity } = this.#known.get(file) ?? {};
    const same = Object.entries(identityOf(stats)).every(
      ([key, value]) => Reflect.get(identity, key) === value,
    );
    return same ? sha256 : undefined;
  }

  /** Remembers a hash, if it is worth it and the file has been at rest. */
  add(file: string, stats: BigIntStats, sha256: string, now = Date.now()): void {
    if (stats.size < smallBytes || now - Number(stats.ctimeMs) < restMilliseconds) return;
    this.#known.set(file, { sha256, ...identityOf(stats) });
    this.#isChanged = true;
  }

  save(): void {
    if (!this.#isChanged) return;
    const temporary = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.#known)), { mode: 0o600 });
      renameSync(temporary, this.path);
    } catch {
      // Nothing can be written there: then the files are read again the next time.
    }
  }
}

function identityOf({ dev, ino, size, ctimeNs }: BigIntStats): Omit<Known, 'sha256'> {
  return { dev: String(dev), ino: String(ino), size: String(size), ctime: String(ctimeNs) };
}
