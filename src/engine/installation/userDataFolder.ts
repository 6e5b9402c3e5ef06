import { isAbsolute, join } from 'node:path';

/**
 * The platform's folder for a user's application data.
 * @param home called only where the environment does not name that folder
 */
export function userDataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: () => string,
): string {
  if (platform === 'darwin') return join(home(), 'Library', 'Application Support');
  const named = env[platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_DATA_HOME'] ?? '';
  if (isAbsolute(named)) return named;
  return platform === 'win32' ? join(home(), 'AppData', 'Local') : join(home(), '.local', 'share');
}
