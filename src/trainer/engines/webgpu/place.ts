import { join } from 'node:path';
import { folderVariable } from '../../../engine/webgpu/folder';

/** Where it is installed on demand. */
export function webgpuFolder(store: string): string {
  return join(store, 'engines', 'webgpu');
}

/** Lets the engine look for WebGPU where it is installed on demand, unless the user has named another folder. */
export function lookForWebgpu(store: string): void {
  const named = process.env[folderVariable];
  if (named === undefined || named === '') process.env[folderVariable] = webgpuFolder(store);
}
