import { copyFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UlmfitError } from '../../../errors';
import type { DownloadOptions } from '../../download/download';
import type { Task } from '../../tasks';
import { type Installed, installEngine } from '../installEngine';
import type { EnginePackage } from '../packages/enginePackage';
import { unpackMembers } from './unpackLibraries';

/** What our own package brings: TensorFlow's backend for tfjs, and its binding compiled when it was packaged. */
const ourParts = ['backend.js', 'tfjs_binding.node'] as const;

export interface TensorFlowOrder {
  /** The folder of {@link ourParts}. */
  readonly parts: string;
  readonly wheels: readonly EnginePackage[];
  /** An address or a folder that has them. */
  readonly from?: string | undefined;
}

/**
 * Gets TensorFlow's libraries out of its Python package, and puts them beside our binding. Nothing is compiled and nothing
 * is run.
 * @throws {UlmfitError} `engine-unavailable` without a binding for this platform; what {@link installEngine} throws
 */
export async function installTensorFlow(
  { parts, wheels, from }: TensorFlowOrder,
  task: Pick<Task, 'signal' | 'report'>,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): Promise<Installed> {
  if (!ourParts.every((name) => existsSync(join(parts, name)))) throw noBinding();
  const order = {
    engine: 'tensorflow',
    packages: wheels,
    from,
    unpack: (archive: string, folder: string) => unpackMembers(archive, folder, isLibrary, task.signal),
    addOwn: async (folder: string) => {
      for (const name of ourParts) await copyFile(join(parts, name), join(folder, name));
    },
  } as const;
  return installEngine(order, task, options);
}

/** Shared libraries, in TensorFlow's own folder and in those of CUDA. */
function isLibrary(name: string): boolean {
  return (
    /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/u.test(name) ||
    /^nvidia\/.*\/lib\/[^/]+\.so[.\d]*$/u.test(name)
  );
}

function noBinding(): UlmfitError {
  return new UlmfitError(
    'engine-unavailable',
    `TensorFlow is not made for ${process.platform}-${process.arch} in this package.`,
    'Install @tensorflow/tfjs-node or @tensorflow/tfjs-node-gpu with npm, and name that folder in ULMFIT_TENSORFLOW ' +
      'or in the setting ulmfit.tensorflowFolder; or use the engine "onnx" or "webgpu".',
  );
}
