import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UlmfitError } from '../../errors';
import { userDataFolder } from './userDataFolder';

/** The engines that are not part of the package. */
export const installableEngines = ['tensorflow', 'webgpu'] as const;
export type InstallableEngine = (typeof installableEngines)[number];

/** Names another folder for the engines that are installed on demand. */
export const enginesVariable = 'ULMFIT_ENGINES';

/**
 * Where engines are installed: a folder of this user, one for all stores. Never a store, which may be anybody's.
 * @throws {UlmfitError} `bad-setting` where this user has no home folder
 */
export function enginesFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: () => string = homedir,
): string {
  const chosen = env[enginesVariable];
  if (chosen) return resolve(chosen);
  return join(
    userDataFolder(env, platform, () => homeFolder(home)),
    'ulmfit-engines',
  );
}

function homeFolder(home: () => string): string {
  let cause: unknown;
  try {
    const folder = home();
    if (isAbsolute(folder)) return folder;
  } catch (error) {
    cause = error;
  }
  throw new UlmfitError(
    'bad-setting',
    'You have no home folder, so there is no place for engines.',
    `Name a folder of yours in ${enginesVariable}, or use the engine "onnx".`,
    { cause },
  );
}
