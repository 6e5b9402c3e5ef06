import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { UlmfitError } from '../../errors';

/** Whether a path is a folder or lies in it, links followed. */
export async function isInside(folder: string, path: string): Promise<boolean> {
  const way = relative(await real(folder), await real(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * Refuses a store that lies in a workspace which is not trusted: its models are files of that workspace.
 *
 * @throws {UlmfitError} `bad-setting`
 */
export async function refuseUntrusted(
  storeRoot: string,
  workspace: { readonly isTrusted: boolean; readonly folders: readonly string[] },
): Promise<void> {
  if (workspace.isTrusted) return;
  for (const folder of workspace.folders) {
    if (!(await isInside(folder, storeRoot))) continue;
    throw new UlmfitError(
      'bad-setting',
      `The models in ${storeRoot} lie in a folder that is not trusted.`,
      'Trust this workspace (Workspaces: Manage Workspace Trust), or choose another folder in the setting ulmfit.store.',
    );
  }
}

/** What does not exist yet has no links to follow. */
async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
