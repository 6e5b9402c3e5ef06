import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { manifestName } from './atomicSave';
import { parseBoundedJson } from './boundedJson';
import { readBounded } from './json';

/** What tells an entry from any other that has, had or will have its name. */
export interface EntryMark {
  /** Of its manifest, which has the time of the save and the hash of each file. */
  readonly sha256: string;
  /** The run that saved it. */
  readonly run: string | undefined;
}

/** The entry that a save may take the place of: none, whichever has the name, or one that is accepted. */
export type Replacing = 'nothing' | 'anything' | ((there: EntryMark) => boolean);

const madeByRun = v.object({ lineage: v.object({ run: v.string() }) });
const largestManifest = 16 * 2 ** 20;

/** The mark of the entry in a folder, also of one that cannot be read. */
export async function markOf(folder: string): Promise<EntryMark> {
  const bytes = await readBounded(join(folder, manifestName), largestManifest).catch(() => new Uint8Array());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, run: runIn(bytes) };
}

export async function mayReplace(replacing: Replacing, folder: string): Promise<boolean> {
  if (typeof replacing === 'string') return replacing === 'anything';
  return replacing(await markOf(folder));
}

function runIn(manifest: Uint8Array): string | undefined {
  try {
    const checked = v.safeParse(madeByRun, parseBoundedJson(new TextDecoder().decode(manifest), 32));
    return checked.success ? checked.output.lineage.run : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
