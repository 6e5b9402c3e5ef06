import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { processExists } from './atomicSave';
import { readJson } from './json';
import { ownerFile } from './ownerOnly';

const lifeFile = 'process.json';
const lifeSchema = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)) });
const beatMilliseconds = 1000;

/** No sign of life for so long, and the process is shown as not responding. */
export const silenceMilliseconds = 15_000;
/** After so long the id is taken to belong to some other process by now. */
const oblivionMilliseconds = 10 * 60_000;

/** Marks a run as worked on by this process, with a sign of life every second. */
export class RunProcess {
  private constructor(
    private readonly path: string,
    private readonly timer: NodeJS.Timeout,
  ) {}

  static async start(runFolder: string): Promise<RunProcess> {
    const path = join(runFolder, lifeFile);
    await writeFile(path, `${JSON.stringify({ pid: process.pid })}\n`, { mode: ownerFile });
    const timer = setInterval(() => {
      const now = new Date();
      // The run may have been deleted meanwhile; then there is nothing to give a sign to.
      utimes(path, now, now).catch(() => undefined);
    }, beatMilliseconds);
    timer.unref();
    return new RunProcess(path, timer);
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await rm(this.path, { force: true });
  }
}

export type Life = 'alive' | 'silent' | 'dead';

/**
 * Whether a live process works on the run. A process id alone does not tell: after a crash or a restart of the
 * machine another program may have it, so the last sign of life counts too.
 */
export async function lifeOf(runFolder: string, now = Date.now()): Promise<Life> {
  const path = join(runFolder, lifeFile);
  const life = await readJson(path, lifeSchema, 1000).catch(() => undefined);
  const file = await stat(path).catch(() => undefined);
  if (life === undefined || file === undefined || !processExists(life.pid)) return 'dead';
  const silence = now - file.mtimeMs;
  const startedUp = now - uptime() * 1000;
  if (silence > oblivionMilliseconds || file.mtimeMs < startedUp) return 'dead';
  return silence > silenceMilliseconds ? 'silent' : 'alive';
}
