import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../../errors';
import type { InstallableEngine } from './enginesFolder';
import { installationRecord, type InstallationRecord, recordBytes, recordName } from './installationRecord';
import { KnownHashes } from './knownHashes';
import { foreignHand, thisUser } from './ownership';

const chunkBytes = 4 * 2 ** 20;

/**
 * Makes sure that an installed engine is what was installed: every file and folder from the folder of the engines down
 * is this user's (or root's) and nobody else's to write, has the hash that it had, and none is missing or new.
 * @param user whose the files must be
 * @throws {UlmfitError} `engine-unavailable` that names the first file that is not right, and why
 */
export function verifyInstallation(
  engine: InstallableEngine,
  folder: string,
  user: number | undefined = thisUser(),
): void {
  try {
    new Verification(engine, folder, user).run();
  } catch (error) {
    if (error instanceof UlmfitError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(engine, `it cannot be read (${reason})`, error);
  }
}

class Verification {
  readonly #folder: string;
  readonly #hashes: KnownHashes;
  readonly #record: InstallationRecord;
  readonly #missing: Set<string>;

  constructor(
    private readonly engine: InstallableEngine,
    folder: string,
    private readonly user: number | undefined,
  ) {
    // The folder of the engines may be a link, as to a larger disk; below it there are none.
    const engines = realpathSync(dirname(folder));
    this.#folder = join(engines, basename(folder));
    for (const path of [engines, this.#folder]) {
      if (!this.#trusted(path).isDirectory()) throw refusal(engine, `${path} is not a folder`);
    }
    this.#record = this.#readRecord();
    this.#missing = new Set(Object.keys(this.#record.files));
    this.#hashes = KnownHashes.beside(this.#folder, user);
  }

  run(): void {
    this.#look('');
    const [missing] = this.#missing;
    if (missing !== undefined) throw refusal(this.engine, `${join(this.#folder, missing)} is missing`);
  }

  #readRecord(): InstallationRecord {
    const path = join(this.#folder, recordName);
    let record: unknown;
    try {
      const { size } = this.#trusted(path);
      record = size > recordBytes ? undefined : JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      if (error instanceof UlmfitError) throw error;
      throw refusal(this.engine, `${this.#folder} has no record of what was installed`, error);
    }
    const checked = v.safeParse(installationRecord, record);
    if (checked.success && checked.output.engine === this.engine) return checked.output;
    throw refusal(this.engine, `${path} is not a record of its installation`);
  }

  /** @param below the folder, with `/` after each part */
  #look(below: string): void {
    for (const name of readdirSync(join(this.#folder, below))) {
      const file = `${below}${name}`;
      if (file === recordName) continue;
      const path = join(this.#folder, file);
      const stats = this.#trusted(path);
      const inside = `${file}/`;
      const isExpected = stats.isDirectory()
        ? Object.keys(this.#record.files).some((each) => each.startsWith(inside))
        : stats.isFile() && this.#missing.delete(file);
      if (!isExpected) throw refusal(this.engine, `${path} was not installed with it`);
      if (stats.isDirectory()) this.#look(inside);
      else this.#compare(file, path, stats);
    }
  }

  #compare(file: string, path: string, stats: BigIntStats): void {
    const { bytes, sha256 } = this.#record.files[file] ?? { bytes: -1, sha256: '' };
    const isSame = stats.size === BigInt(bytes) && this.#hash(file, path, stats) === sha256;
    if (!isSame) throw refusal(this.engine, `${path} was changed after it was installed`);
  }

  #hash(file: string, path: string, stats: BigIntStats): string {
    // None is added here: what trains and classifies writes nothing outside of the store (P16).
    return this.#hashes.find(file, stats) ?? hashOf(path, stats);
  }

  #trusted(path: string): BigIntStats {
    const stats = lstatSync(path, { bigint: true });
    if (stats.isSymbolicLink()) throw refusal(this.engine, `${path} is a link`);
    const hand = foreignHand(stats, this.user);
    if (hand === 'owner') throw refusal(this.engine, `${path} belongs to another user`);
    if (hand === 'mode') throw refusal(this.engine, `other users may write to ${path}`);
    return stats;
  }
}

/** Of the very file that was looked at, and only if nobody changed it meanwhile; else of no file. */
function hashOf(path: string, { dev, ino, ctimeNs }: BigIntStats): string {
  // Windows has no such flag, and no links that anybody may make.
  const descriptor = openSync(path, constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0));
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(chunkBytes);
    for (let read = -1; read !== 0;) {
      read = readSync(descriptor, chunk, 0, chunkBytes, null);
      hash.update(chunk.subarray(0, read));
    }
    const now = fstatSync(descriptor, { bigint: true });
    return now.dev === dev && now.ino === ino && now.ctimeNs === ctimeNs ? hash.digest('hex') : '';
  } finally {
    closeSync(descriptor);
  }
}

function refusal(engine: InstallableEngine, reason: string, cause?: unknown): UlmfitError {
  return new UlmfitError(
    'engine-unavailable',
    `The engine "${engine}" is not loaded: ${reason}.`,
    `Install it again (Check Engines in VS Code, "ulmfit doctor --install ${engine}" on a command line), or use another engine.`,
    { cause },
  );
}
