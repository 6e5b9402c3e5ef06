import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { ownerFile, ownerFolder } from '../../store/ownerOnly';
import { type EngineReport, engineReport } from '../../protocol/engineReport';
import { errorCode } from '../../store/fileSystem';
import { readSealedJson, sealed } from '../../store/seal';
import { modelOf, type StepSizes } from '../../training/engineCheck/speed';
import type { DescribedEngine } from './probeMessages';

/** Names a file for the checks that all stores share. */
export const checksVariable = 'ULMFIT_ENGINE_CHECKS';

const schema = v.record(v.string(), engineReport);
const maximumBytes = 16 * 2 ** 20;

/**
 * What earlier checks found, in the store. A check holds for one machine, device, driver and set of versions: when one
 * of them changes, its key is another.
 */
export class KnownChecks {
  readonly #path: string;

  constructor(
    store: string,
    /** Of this program: another one may have other kernels. */
    private readonly version: string,
  ) {
    this.#path = process.env[checksVariable] ?? join(store, 'engine-checks.json');
  }

  /**
   * Looks up checks that passed; one that failed is done again, since the user may have mended what was wrong.
   * @param sizes that the engine must have been timed at
   */
  async find(sizes?: StepSizes): Promise<(device: DescribedEngine) => EngineReport | undefined> {
    const known = await this.#read();
    return (device) => {
      const report = known[this.#key(device)];
      if (!report?.passed) return undefined;
      return sizes === undefined || report.model === modelOf(sizes) ? report : undefined;
    };
  }

  async add(report: EngineReport): Promise<void> {
    if (!report.passed) return;
    const key = this.#key(report);
    const before = await this.#read();
    // It was found here, and need not be written again.
    if (before[key] && before[key].checked_at === report.checked_at) return;
    await this.#write({ ...before, [key]: report });
  }

  async #write(known: Readonly<Record<string, EngineReport>>): Promise<void> {
    const temporary = `${this.#path}.${process.pid}-${Date.now()}.tmp`;
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: ownerFolder });
      await writeFile(temporary, sealed(known), { mode: ownerFile });
      await rename(temporary, this.#path);
    } catch (error) {
      // Where the store cannot be written the check is done again next time, which costs seconds.
      if (errorCode(error) === undefined) throw error;
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  #key({ engine, device, driver, versions }: DescribedEngine): string {
    const libraries = Object.entries(versions).map((pair) => pair.join(' '));
    return [hostname(), this.version, engine, device, driver ?? '', ...libraries.sort()].join(' | ');
  }

  async #read(): Promise<Record<string, EngineReport>> {
    try {
      return await readSealedJson(this.#path, schema, maximumBytes);
    } catch {
      // None yet, or not readable: then the check is done again, which costs seconds.
      return {};
    }
  }
}
