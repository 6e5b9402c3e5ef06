/** Names of folders that no name typed by a user could be. */
export const hostileNames: readonly string[];

export interface PlantedEntries {
  readonly encoders: string[];
  readonly models: string[];
  /** Ids. */
  readonly runs: string[];
  /** Written by the programs that lie in the store, if anything runs one. */
  readonly executed: string;
}

/**
 * Puts hostile entries beside good ones.
 *
 * @param root the store
 * @param good the names of an encoder, a model and a run of it, which stay as they are
 * @param outside a folder that nothing may touch; links lead there
 */
export function plantHostileStore(
  root: string,
  good: { readonly encoder: string; readonly model: string; readonly run: string },
  outside: string,
): PlantedEntries;
