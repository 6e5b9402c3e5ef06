import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { UlmfitError } from '../../errors';
import { switchOffDriverCaches } from '../driverCaches';
import { checkProgram, type EnginePlace, placeOf } from '../installation/enginePlace';
import { isTensorFlowBackend, type TensorFlowBackend } from './binding';
import { folderVariable } from './folder';

/** What may be in the folder's node_modules; the one for NVIDIA cards computes on the processor where there is none. */
const packageNames = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** The program that registers the backend: of an installation on demand, or of one of the npm packages. */
const programs = ['backend.js', join('dist', 'index.js')] as const;

let loaded: TensorFlowBackend | undefined;

/** Whether TensorFlow is installed where this process looks for it; says nothing about whether it works. */
export function isTensorFlowInstalled(): boolean {
  const place = placeOf('tensorflow', folderVariable);
  return place !== undefined && findProgram(place) !== undefined;
}

/**
 * Loads TensorFlow from the folder that the environment names, else from where it was installed on demand if nothing there
 * has changed since. It is never bundled: it is large, and which build fits depends on the machine. The package registers its backend and kernels with tfjs, whose registries all copies of
 * tfjs-core in a process share.
 * @param threads for one operation; only the first call in a process can set them
 * @throws {UlmfitError} `engine-unavailable`
 */
export function loadTensorFlow(threads?: number): TensorFlowBackend {
  if (loaded) return loaded;
  const place = placeOf('tensorflow', folderVariable);
  const program = place && findProgram(place);
  if (!program) {
    throw unavailable(
      place?.isNamed ? `There is no TensorFlow in ${place.folder}.` : 'TensorFlow is not installed.',
    );
  }
  checkProgram('tensorflow', place, program);
  const { folder } = place;
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads ?? availableParallelism());
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  switchOffDriverCaches();
  addWhatNodeDropped();
  try {
    createRequire(program)(program);
  } catch (error) {
    throw unavailable(`TensorFlow in ${folder} cannot be loaded: ${firstLine(error)}`, error);
  }
  const backend: unknown = tf.findBackend('tensorflow');
  if (!isTensorFlowBackend(backend))
    throw unavailable(`The package in ${folder} is not the TensorFlow that fits.`);
  loaded = backend;
  return backend;
}

/** In the folder itself, or in a package below its node_modules. */
function findProgram({ folder }: EnginePlace): string | undefined {
  const places = [folder, ...packageNames.map((name) => join(folder, 'node_modules', ...name.split('/')))];
  return places
    .flatMap((place) => programs.map((program) => join(place, program)))
    .find((program) => existsSync(program));
}

/** Functions that Node 23 removed and most kernels of @tensorflow/tfjs-node 4.22 call. */
function addWhatNodeDropped(): void {
  const nodeUtil: Record<string, unknown> = util;
  nodeUtil['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  nodeUtil['isArray'] ??= Array.isArray;
}

function unavailable(message: string, cause?: unknown): UlmfitError {
  return new UlmfitError(
    'engine-unavailable',
    message,
    'Install it (Check Engines in VS Code, "ulmfit doctor --install tensorflow" on a command line), or use another engine.',
    { cause },
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.trim() ?? '';
}
