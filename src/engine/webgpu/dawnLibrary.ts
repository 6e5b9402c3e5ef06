/** Finds and loads Dawn's Node binding, the npm package `webgpu`. It is not part of the extension's package: it is large,
 * and only those need it who have a graphics card and choose this engine. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UlmfitError } from '../../errors';
import { switchOffDriverCaches } from '../driverCaches';
import { checkProgram, type EnginePlace, placeOf, refuseInStore } from '../installation/enginePlace';
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

/** A binding, with the place that it was found in; none for one among the packages beside this program. */
interface FoundDawn {
  readonly file: string;
  readonly place?: EnginePlace;
}

/**
 * The binding's file: in the folder that the environment names, else where it was installed on demand, else among the
 * packages beside this program.
 */
export function findDawn(): FoundDawn | undefined {
  return findInPlace() ?? findBesideProgram();
}

/**
 * Whether the user named it or installed it on demand; says nothing about whether it works. A copy beside this program, as
 * in a checkout, is for whoever asks for it.
 */
export function isWebgpuInstalled(): boolean {
  return findInPlace() !== undefined;
}

function findInPlace(): FoundDawn | undefined {
  const place = placeOf('webgpu', folderVariable);
  if (!place) return undefined;
  const { folder } = place;
  const file = [folder, join(folder, 'node_modules', 'webgpu')]
    .map(bindingOf)
    .find((each) => existsSync(each));
  return file === undefined ? undefined : { file, place };
}

function findBesideProgram(): FoundDawn | undefined {
  try {
    const file = bindingOf(dirname(createRequire(__filename).resolve('webgpu')));
    return existsSync(file) ? { file } : undefined;
  } catch {
    // Not beside this program, which is the usual case.
    return undefined;
  }
}

/**
 * @throws {UlmfitError} `engine-unavailable` where it is not installed, is not as it was installed, lies in a store, or
 * cannot be loaded
 */
export function loadDawn(): DawnModule {
  const found = findDawn();
  if (found === undefined) {
    throw new UlmfitError(
      'engine-unavailable',
      `WebGPU for Node (the npm package webgpu ${dawnVersion}) is not installed.`,
      `Install it with "ulmfit doctor --install webgpu", name its folder in ${folderVariable}, or use the engine "onnx".`,
    );
  }
  const { file, place } = found;
  if (place) checkProgram('webgpu', place, file);
  else refuseInStore(file);
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
