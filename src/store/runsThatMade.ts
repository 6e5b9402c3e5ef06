import type { Entry } from './entries';
import type { EncoderManifest, Lineage, ModelManifest } from './manifest';
import type { RunSummary } from './runs';

/** An encoder or a model, whether or not it can be read. */
export interface Made {
  readonly kind: 'encoder' | 'model';
  readonly name: string;
}

/** What is read of a store in order to find runs. */
export interface Surroundings<Run> {
  readonly encoders: readonly Entry<EncoderManifest>[];
  readonly models: readonly Entry<ModelManifest>[];
  readonly runs: readonly Run[];
}

/**
 * The runs that an encoder or a model comes from: those that it was saved by, whatever it was called then, and those of
 * its kind and name, such as earlier ones that it replaced. Runs keep excerpts and samples of its texts.
 *
 * An ensemble has none of its own: those of its members are among them unless the members are still in the store. A run
 * whose encoder or model now has another name is that one's.
 */
export function runsThatMade<Run extends Pick<RunSummary, 'id' | 'run'>>(
  made: Made,
  store: Surroundings<Run>,
): Run[] {
  const entries = [...store.encoders, ...store.models];
  const isIt = ({ name, manifest }: (typeof entries)[number]) =>
    manifest.kind === made.kind && name === made.name;
  const own = entries.find(isIt);
  const saved = new Set(own ? lineages(own).map(({ run }) => run) : []);
  const direct = own?.manifest.lineage.run;
  const ofOthers = new Set(entries.filter((each) => !isIt(each)).map(({ manifest }) => manifest.lineage.run));
  return store.runs.filter(({ id, run }) => {
    if (id === direct) return true;
    if (ofOthers.has(id)) return false;
    const isNamesake = run.name === made.name && (run.kind === 'encoder') === (made.kind === 'encoder');
    return isNamesake || saved.has(id);
  });
}

/** Its own, and those of an ensemble's members. */
function lineages({ manifest }: Entry<EncoderManifest> | Entry<ModelManifest>): Lineage[] {
  const members = manifest.kind === 'model' ? (manifest.members ?? []) : [];
  return [manifest.lineage, ...members.map(({ lineage }) => lineage)];
}
