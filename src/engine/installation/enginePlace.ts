import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve, sep, isAbsolute } from 'node:path';
import { UlmfitError } from '../../errors';
import { enginesFolder, enginesVariable, type InstallableEngine } from './enginesFolder';
import { verifyInstallation } from './verifyInstallation';

/** Names the store in use, for a process and those that it starts. */
export const storeVariable = 'ULMFIT_STORE';

/** Where an engine lies. */
export interface EnginePlace {
  readonly folder: string;
  /** The user named it and answers for it; what was installed on demand is verified instead. */
  readonly isNamed: boolean;
}

/** @param variable of the environment, in which the user may name a folder */
export function placeOf(engine: InstallableEngine, variable: string): EnginePlace | undefined {
  const named = process.env[variable];
  if (named) return { folder: resolve(named), isNamed: true };
  try {
    return { folder: join(enginesFolder(), engine), isNamed: false };
  } catch (error) {
    // Nothing can be installed where there is no place for it; whoever installs is told so.
    if (error instanceof UlmfitError) return undefined;
    throw error;
  }
}

/**
 * To be called before a program of an engine is loaded.
 * @throws {UlmfitError} `engine-unavailable` for one that lies in the store, or is not as it was installed
 */
export function checkProgram(
  engine: InstallableEngine,
  { folder, isNamed }: EnginePlace,
  program: string,
): void {
  refuseInStore(program);
  if (!isNamed) verifyInstallation(engine, folder);
}

/**
 * A store holds data, never programs: it may be shared, copied or sent by somebody else.
 * @throws {UlmfitError} `engine-unavailable` for a path in the store in use, through links too
 */
export function refuseInStore(path: string): void {
  const store = process.env[storeVariable];
  if (!store || !isWithin(realPath(store), realPath(path))) return;
  throw new UlmfitError(
    'engine-unavailable',
    `${path} is not loaded: it lies in the store, which holds data and never programs.`,
    `Use another store, or keep engines in another folder (${enginesVariable}).`,
  );
}

/** What an older version installed in the store, or somebody put there. It is never loaded. */
export function leftInStore(engine: InstallableEngine, store: string): string | undefined {
  const folder = join(store, 'engines', engine);
  return existsSync(folder) ? folder : undefined;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Without links, as far as the path exists. */
function realPath(path: string): string {
  const parts: string[] = [];
  for (let existing = resolve(path); ;) {
    try {
      return join(realpathSync(existing), ...parts);
    } catch {
      const above = resolve(existing, '..');
      if (above === existing) return resolve(path);
      parts.unshift(relative(above, existing));
      existing = above;
    }
  }
}
