/** Finds and loads Dawn's Node binding, the npm package `webgpu`. It is not part of the extension's package: it is large,
 * and only those need it who have a graphics card and choose this engine. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UlmfitError } from '../../errors';
import { switchOffDriverCaches } from '../driverCaches';
import { folderVariable } from './folder';

/** The version whose binding this engine knows how to drive. */
export const dawnVersion = '0.6.2';

export interface DawnModule {
  create(options: string[]): GPU;
  /** `GPUBuffer`, `GPUBufferUsage` and all the other names that a browser has as globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** The binding of this platform inside the package. */
function bindingOf(packageFolder: string): string {
  const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
  return join(packageFolder, 'dist', `${process.platform}-${architecture}`, 'dawn.node');
}

/** The binding's file: in the folder that the environment names, else among the packages beside this program. */
export function findDawn(): string | undefined {
  return findInNamedFolder() ?? findBesideProgram();
}

/**
 * Whether it is installed in the folder that the environment names; says nothing about whether it works. A copy beside
 * this program, as in a checkout, is for whoever asks for it.
 */
export function isWebgpuInstalled(): boolean {
  return findInNamedFolder() !== undefined;
}

function findInNamedFolder(): string | undefined {
  const folder = process.env[folderVariable];
  if (!folder) return undefined;
  return [folder, join(folder, 'node_modules', 'webgpu')].map(bindingOf).find((file) => existsSync(file));
}

function findBesideProgram(): string | undefined {
  try {
    const file = bindingOf(dirname(createRequire(__filename).resolve('webgpu')));
    return existsSync(file) ? file : undefined;
  } catch {
    // Not beside this program, which is the usual case.
    return undefined;
  }
}

/**
 * @throws {UlmfitError} `engine-unavailable` where it is not installed or cannot be loaded
 */
export function loadDawn(): DawnModule {
  const file = findDawn();
  if (file === undefined) {
    throw new UlmfitError(
      'engine-unavailable',
      `WebGPU for Node (the npm package webgpu ${dawnVersion}) is not installed.`,
      `Install it with "ulmfit doctor --install webgpu", name its folder in ${folderVariable}, or use the engine "onnx".`,
    );
  }
  switchOffDriverCaches();
  try {
    return createRequire(__filename)(file) as DawnModule;
  } catch (error) {
    throw new UlmfitError(
      'engine-unavailable',
      `WebGPU for Node could not be loaded on ${process.platform}-${process.arch}: ${error instanceof Error ? error.message : String(error)}`,
      `Install version ${dawnVersion} of the package webgpu again, or use the engine "onnx".`,
      { cause: error },
    );
  }
}
